import type { Lock } from '@lockstep/model';
import { type DefinitionKind, definitionDigest, type Release } from '@lockstep/model/internal';
import { Failure } from '../kernel/failure.ts';

/** A value of one release that is left out of a digest from now on. */
interface Ignored {
  readonly server: string;
  readonly label: string;
  readonly pointer: string;
  /** What stands there in the locked definition. */
  readonly value: unknown;
}

const kinds: readonly DefinitionKind[] = ['tools', 'prompts', 'resourceTemplates'];

/**
 * Leaves values out of digests, in each release of a server that has something at the pointer. The definitions
 * themselves stay as they are, so that what a person has confirmed stays confirmed: only the value falls out.
 *
 * @param pointers `/tools/<name>/…`, `/prompts/<name>/…` or `/resourceTemplates/<template>/…`.
 * @param only in the release of this label.
 * @throws Failure for a pointer to nothing, or to something that is left out already.
 */
export function ignoreValues(
  lock: Lock,
  server: string,
  pointers: readonly string[],
  only?: string,
): { lock: Lock; ignored: Ignored[] } {
  const copy = structuredClone(lock);
  const releases = releasesOf(copy, server, only);
  const ignored = pointers.flatMap((text) => {
    const place = parsePointer(text);
    const holding = releases.flatMap(([label, release]) => {
      const value = valueAt(release, place);
      return value === undefined ? [] : [{ label, release, value: value.found }];
    });
    if (holding.length === 0) throw new Failure(nothingAt(text, place, releases));
    const fresh = holding.filter(({ release }) => !release.ignore.includes(place.pointer));
    if (fresh.length === 0) throw new Failure(`${text} is left out already.`);
    return fresh.map(({ label, release, value }) => {
      release.ignore.push(place.pointer);
      return { server, label, pointer: place.pointer, value };
    });
  });
  for (const [, release] of releases) renewDigests(release);
  return { lock: copy, ignored };
}

function renewDigests(release: Release): void {
  for (const kind of kinds) {
    for (const [name, item] of Object.entries(release[kind])) {
      item.digest = definitionDigest(item.definition, kind, name, release.ignore);
    }
  }
}

interface Place {
  /** The pointer with its parts escaped in the one way in which digests know them. */
  readonly pointer: string;
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly keys: readonly string[];
}

function parsePointer(text: string): Place {
  const [start, kind, name, ...keys] = text
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const known = kinds.find((candidate) => candidate === kind);
  if (start !== '' || known === undefined || !name || keys.length === 0 || keys[0] === '') {
    throw new Failure(
      `${text} points into no definition; write it like /tools/convert_time/inputSchema/properties/zone/default.`,
    );
  }
  const escaped = [known, name, ...keys].map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'));
  return { pointer: `/${escaped.join('/')}`, kind: known, name, keys };
}

function valueAt(release: Release, { kind, name, keys }: Place): { found: unknown } | undefined {
  if (!Object.hasOwn(release[kind], name)) return undefined;
  let found: unknown = release[kind][name]?.definition;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return { found };
}

function releasesOf(lock: Lock, server: string, only: string | undefined): [string, Release][] {
  const releases = Object.hasOwn(lock.servers, server) ? lock.servers[server]?.releases : undefined;
  if (releases === undefined) {
    const held = Object.keys(lock.servers).join(', ') || 'none';
    throw new Failure(`there is no server ${server} in the lock; it holds ${held}.`);
  }
  const chosen = Object.entries(releases).filter(([label]) => only === undefined || label === only);
  if (chosen.length > 0) return chosen;
  const held = Object.keys(releases).join(', ');
  throw new Failure(`the lock has no release ${only} of ${server}; it holds ${held}.`);
}

function nothingAt(text: string, { kind, name }: Place, releases: readonly [string, Release][]): string {
  if (releases.some(([, release]) => Object.hasOwn(release[kind], name))) {
    return `${text} points at nothing in the locked definition; look for the value's place in the lock.`;
  }
  const known = [...new Set(releases.flatMap(([, release]) => Object.keys(release[kind])))].sort();
  return `${text} points at nothing; of ${kind} the lock holds ${known.join(', ') || 'none'}.`;
}
