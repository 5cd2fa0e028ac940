import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding, Servers } from '@lockstep/model';
import { placeholders, printPath, type ServerDefinition } from '@lockstep/model/internal';
import type { CommandContext } from '../kernel/context.ts';
import type { LoadedProgram } from './load.ts';

/** The folders of one environment that servers are given, and what no server may reach. */
export interface Boundaries {
  /** The folder that relative paths were probably meant for: where the command runs. */
  readonly cwd: string;
  /** What `${workdir}` stands for. */
  readonly workdir: string;
  /** The folder that holds every `${principaldir}`, by server. */
  readonly principals: string;
  /** What no server may reach, with what to call it. */
  readonly protected: readonly { readonly path: string; readonly name: string }[];
  /** The host's environment, for the variables that servers need. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Finds servers whose arguments or environment point at, into or around Lockstep's own files: a server that can
 * write there could approve its own calls. Symbolic links are followed. What can't be told from outside (a path
 * inside a server's own configuration file) is not found.
 */
export function findOverlaps(servers: Servers, boundaries: Boundaries): Finding[] {
  return Object.entries(servers).flatMap(([name, definition]) =>
    mentions(name, definition, boundaries.env).flatMap((mention) => {
      const hit = overlapOf(mention, name, boundaries);
      if (hit === undefined) return [];
      const message = `points at ${mention.text}, which ${hit}; choose a folder apart from it, such as ${placeholders.workdir}.`;
      return [{ path: mention.path, message }];
    }),
  );
}

interface Mention {
  /** The field it stands in. */
  readonly path: string;
  readonly text: string;
  /** A variable of the host names a file to read, not a folder that is handed over. */
  readonly host?: boolean;
}

function mentions(name: string, definition: ServerDefinition, host: Boundaries['env']): Mention[] {
  const needs = definition.needs.flatMap((variable, index) =>
    split(host[variable] ?? '').map((text) => ({
      path: printPath('servers', [name, 'needs', index]),
      text,
      host: true,
    })),
  );
  if (!('run' in definition)) return needs;
  const { args, env } = definition.run;
  return [
    ...args.flatMap((arg, index) =>
      split(arg).map((text) => ({ path: printPath('servers', [name, 'run', 'args', index]), text })),
    ),
    ...Object.entries(env).flatMap(([variable, value]) =>
      split(value).map((text) => ({ path: printPath('servers', [name, 'run', 'env', variable]), text })),
    ),
    ...needs,
  ];
}

/** The parts of an argument that may be paths: `--root=/a:/b` is `/a` and `/b`. */
function split(argument: string): string[] {
  const value = /^-[^=]*=(.*)$/s.exec(argument)?.[1] ?? argument;
  if (value.startsWith('file:') && URL.canParse(value)) return [fileURLToPath(value)];
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return [];
  return [value, ...value.split(delimiter), ...value.split(',')]
    .filter((part, index, all) => part !== '' && all.indexOf(part) === index)
    .filter((part) => !part.startsWith('-'));
}

function overlapOf(mention: Mention, server: string, boundaries: Boundaries): string | undefined {
  // A process runs in its own folder, one level below `serverFolder`; the name of that level doesn't matter here.
  const serverFolder = real(join(boundaries.principals, server));
  const principaldir = join(serverFolder, 'any');
  const workdir = real(boundaries.workdir);
  const text = mention.text
    .replaceAll(placeholders.workdir, workdir)
    .replaceAll(placeholders.principaldir, principaldir);
  for (const path of meanings(text, principaldir, boundaries.cwd)) {
    if (isWithin(path, workdir) || isWithin(path, principaldir)) continue;
    for (const { path: kept, name } of boundaries.protected) {
      const target = real(kept);
      if (path === target) return `is ${name}`;
      if (isWithin(path, target)) return `lies inside ${name}`;
      if (isWithin(target, path) && mention.host !== true) return `holds ${name}`;
    }
  }
  return undefined;
}

/** A relative path is the server's own, but its author may have meant the folder that the command runs in. */
function meanings(text: string, principaldir: string, cwd: string): string[] {
  if (isAbsolute(text)) return [real(text)];
  const looksLikePath = text.startsWith('.') || text.includes(sep) || text.includes('/');
  return looksLikePath ? [real(resolve(principaldir, text)), real(resolve(cwd, text))] : [];
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** The real path of what exists, followed by the rest as it stands. */
function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), basename(path));
  }
}

/** What no server may reach: everything that decides about it. */
export function protectedPaths(
  state: string,
  files: readonly string[],
  lock: string,
): Boundaries['protected'] {
  return [
    { path: state, name: 'the state folder' },
    { path: lock, name: 'the tool lock' },
    ...files.filter((path) => path !== lock).map((path) => ({ path, name: 'the program' })),
  ];
}

/**
 * Paths of servers that meet the state folder, the program or its lock: such a server isn't even started to be read.
 *
 * @param state the root of the state folder.
 */
export function declaredOverlaps(
  { servers, files, lock }: LoadedProgram,
  state: string,
  { cwd, env }: Pick<CommandContext, 'cwd' | 'env'>,
): Finding[] {
  return findOverlaps(servers, {
    cwd,
    workdir: join(tmpdir(), 'lockstep-work'),
    principals: join(tmpdir(), 'lockstep-principals'),
    protected: protectedPaths(state, files, lock),
    env,
  });
}
