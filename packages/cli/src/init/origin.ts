import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Failure } from '../kernel/failure.ts';
import { isClone } from './pack.ts';

/** Where a new project gets Lockstep's packages from. */
export type Origin =
  | { readonly type: 'clone'; readonly folder: string }
  /** The path of each tarball, by the package's name. */
  | { readonly type: 'tarballs'; readonly files: ReadonlyMap<string, string> }
  | { readonly type: 'registry' };

/**
 * What a project needs of Lockstep: what it imports, and what that depends on. Without tarballs of all of it, npm would
 * look for the rest in its registry.
 */
export const neededPackages = ['cli', 'components', 'database', 'gateway', 'model'].map(
  (name) => `@lockstep/${name}`,
);

const inClone = 'run it in a clone of Lockstep: `npm run lockstep -- init <folder>`';

/**
 * Finds out where the running command came from, which is where a new project gets it, too.
 *
 * @param own the folder of the command's own package.
 * @throws Failure where a project that is made from here couldn't be installed.
 */
export function originOf(own: string): Origin {
  const clone = dirname(dirname(own));
  if (isClone(clone)) return { type: 'clone', folder: clone };
  const project = installedIn(own);
  if (project !== undefined) return originIn(project);
  if (isReleased(own)) return { type: 'registry' };
  throw new Failure(
    `\`init\` finds no tarballs of this build of Lockstep, which isn't published; ${inClone}.`,
  );
}

/** Whether npm's registry has this build: before a release packs, it notes the gateway's image in the manifest. */
function isReleased(own: string): boolean {
  const { lockstep } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
  return lockstep?.gatewayImage !== undefined;
}

interface Project {
  readonly folder: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The project that the command is installed in; undefined where it is installed for all of the machine. */
function installedIn(own: string): Project | undefined {
  for (let folder = dirname(own); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (!existsSync(path)) continue;
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(path, 'utf8'));
    const all = { ...dependencies, ...devDependencies };
    if (Object.hasOwn(all, '@lockstep/cli')) return { folder, dependencies: all };
  }
  return undefined;
}

/** @throws Failure naming a package whose tarball isn't there. */
function originIn({ folder, dependencies }: Project): Origin {
  if (!isFile(dependencies['@lockstep/cli'])) return { type: 'registry' };
  const files = neededPackages.map((name): [string, string] => {
    const spec = dependencies[name];
    const path = isFile(spec) ? resolve(folder, spec.slice('file:'.length)) : undefined;
    if (path !== undefined && existsSync(path)) return [name, path];
    const missing = path ?? `a tarball of ${name} in ${join(folder, 'package.json')}`;
    throw new Failure(`\`init\` doesn't find ${missing}; put it back, or ${inClone}.`);
  });
  return { type: 'tarballs', files: new Map(files) };
}

function isFile(spec: string | undefined): spec is string {
  return spec?.startsWith('file:') === true && spec.endsWith('.tgz');
}
