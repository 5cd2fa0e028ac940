// Makes `node_modules` hold what the lock says: everything, or only what `npm start` runs with. Runs on any Node >= 20,
// before anything is installed, so it uses nothing but Node itself.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { neededPackages } from './needed.mjs';
import { runNpm, SetupError } from './npm.mjs';

/** @typedef {import('./needed.mjs').Packages} Packages */

/** The workspace that `npm start` runs, and the one that adds Node 24 to it where the machine's own is older. */
export const command = 'packages/cli';
export const commandWithNode = 'scripts/setup';
const oldestNode = 24;

/** This machine, as a lock describes those that a package is for. */
export const host = {
  os: process.platform,
  cpu: process.arch,
  // A report takes some milliseconds, and few packages ask.
  get libc() {
    if (process.platform !== 'linux') return undefined;
    const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (
      process.report.getReport()
    );
    return header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  },
};

/** What comes, in words. */
const contents = {
  start: 'only what `npm start` runs with',
  everything: 'with the Pulumi SDKs and the development tools',
  site: 'for the site and its pictures',
};

/**
 * Installs what is missing or differs from the lock. What is there for another purpose stays.
 *
 * @param {'start' | 'everything' | 'site'} purpose
 * @param {string} root the folder of the lock.
 * @throws {SetupError} in words for a person.
 */
export async function setUp(purpose, root) {
  const locked = packagesIn(root, 'package-lock.json');
  const before = packagesIn(root, 'node_modules/.package-lock.json');
  const workspace = hasOwnNode(root) ? command : commandWithNode;
  const nodes = Object.keys(locked[workspace]?.optionalDependencies ?? {}).map(
    (name) => `node_modules/${name}`,
  );
  const forPurpose = neededPackages(locked, host, purpose === 'start' ? workspace : undefined);
  if (lacking(forPurpose, before, nodes).length === 0) return;

  // Only a whole installation has tools, and it stays whole.
  const isWhole = purpose !== 'start' || Object.values(before).some(({ dev }) => dev === true);
  const needed = isWhole ? neededPackages(locked, host) : forPurpose;
  const coming = Object.keys(needed).filter((path) => !needed[path]?.link && differs(needed, before, path));
  const what = isWhole && purpose === 'start' ? contents.everything : contents[purpose];
  process.stderr.write(
    `Installing ${coming.length} ${coming.length === 1 ? 'package' : 'packages'}, ${what} (once)…\n`,
  );
  const began = Date.now();
  // `npm ci` would begin by removing what a gateway may be running from.
  const how = existsSync(join(root, 'node_modules')) ? ['install', '--no-save'] : ['ci'];
  const filter = isWhole ? [] : [`--workspace=${workspace}`, '--omit=dev'];
  await runNpm([...how, ...filter], root, coming);

  const [left] = lacking(needed, packagesIn(root, 'node_modules/.package-lock.json'), nodes);
  if (left !== undefined) {
    const name = `${left.replace(/^.*node_modules\//, '')} ${needed[left]?.version ?? ''}`.trim();
    throw new SetupError(
      `npm has installed no ${name}, which package-lock.json names; look at \`npm ls\`, and where package.json was edited, run \`npm install\`.`,
    );
  }
  process.stderr.write(`Installed in ${Math.round((Date.now() - began) / 1000)} s.\n`);
}

/** The paths of what isn't installed as locked. npm may leave out what is optional, but for Node where it is needed. */
function lacking(
  /** @type {Packages} */ needed,
  /** @type {Packages} */ installed,
  /** @type {string[]} */ nodes,
) {
  return Object.keys(needed).filter(
    (path) => (needed[path]?.optional !== true || nodes.includes(path)) && differs(needed, installed, path),
  );
}

function differs(
  /** @type {Packages} */ needed,
  /** @type {Packages} */ installed,
  /** @type {string} */ path,
) {
  const [wanted, found] = [needed[path], installed[path]];
  return found === undefined || wanted?.version !== found.version || wanted?.integrity !== found.integrity;
}

/** @param {string} root @param {string} file @returns {Packages} */
function packagesIn(root, file) {
  const path = join(root, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}

/** Whether this Node is new enough, and not one that an installation brought. @param {string} root */
function hasOwnNode(root) {
  const isNew = Number.parseInt(process.versions.node, 10) >= oldestNode;
  return isNew && !process.execPath.startsWith(join(realpathSync(root), 'node_modules'));
}
