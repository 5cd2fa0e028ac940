// Which packages of the lock an installation needs: all, or those of one workspace. Follows the lock's edges as npm
// does with `--workspace` and `--omit=dev`.

/**
 * What a lock says of one package, link or workspace.
 *
 * @typedef {object} Entry
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [link]
 * @property {string} [resolved] where a link leads
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {string | readonly string[]} [os]
 * @property {string | readonly string[]} [cpu]
 * @property {string | readonly string[]} [libc]
 * @property {Readonly<Record<string, string>>} [dependencies]
 * @property {Readonly<Record<string, string>>} [devDependencies]
 * @property {Readonly<Record<string, string>>} [optionalDependencies]
 * @property {Readonly<Record<string, string>>} [peerDependencies]
 */

/** @typedef {Readonly<Record<string, Entry>>} Packages by path, as `packages` of a lock has them */

/** @typedef {{ readonly os: string, readonly cpu: string, readonly libc: string | undefined }} Host */

/**
 * @param {Packages} locked
 * @param {Host} host
 * @param {string} [workspace] the folder of the one that is needed. Default: all of them, and the tools.
 * @returns {Packages} what has to be in `node_modules`, links to workspaces included.
 */
export function neededPackages(locked, host, workspace) {
  const isWanted = (/** @type {Entry} */ { dev }) => workspace === undefined || dev !== true;
  const links = Object.keys(locked).filter((path) => locked[path]?.link === true);
  const from =
    workspace === undefined ? ['', ...links] : links.filter((path) => locked[path]?.resolved === workspace);
  const reached = reachable(locked, from, (entry) => isWanted(entry) && fits(entry, host));
  return Object.fromEntries(reached.filter(([path]) => path.includes('node_modules/')));
}

/** How many packages come from a registry. @param {Packages} packages */
export function countPackages(packages) {
  return Object.values(packages).filter(({ link }) => link !== true).length;
}

/**
 * @param {Packages} locked
 * @param {readonly string[]} from
 * @param {(entry: Entry) => boolean} isWanted
 */
function reachable(locked, from, isWanted) {
  /** @type {Map<string, Entry>} */
  const found = new Map();
  const waiting = [...from];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const entry = locked[path];
    if (entry === undefined || found.has(path) || !isWanted(entry)) continue;
    found.set(path, entry);
    if (entry.resolved !== undefined && entry.link === true) waiting.push(entry.resolved);
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = entry;
    const edges = { ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies };
    for (const name of Object.keys(edges)) waiting.push(resolve(locked, path, name));
  }
  return [...found];
}

/**
 * Where Node finds a package from a folder: in the nearest `node_modules` above. An optional peer may be nowhere.
 *
 * @param {Packages} locked
 * @param {string} folder
 * @param {string} name
 */
function resolve(locked, folder, name) {
  for (let at = folder; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    if (locked[`${at}/node_modules/${name}`] !== undefined) return `${at}/node_modules/${name}`;
  }
  return `node_modules/${name}`;
}

/** @param {Entry} entry @param {Host} host */
function fits({ os, cpu, libc }, host) {
  return (
    (os === undefined || includes(os, host.os)) &&
    (cpu === undefined || includes(cpu, host.cpu)) &&
    (libc === undefined || includes(libc, host.libc))
  );
}

/** @param {string | readonly string[]} listed @param {string | undefined} value */
function includes(listed, value) {
  const names = [listed].flat();
  const refused = names.filter((name) => name.startsWith('!'));
  if (refused.includes(`!${value}`)) return false;
  return refused.length === names.length || (value !== undefined && names.includes(value));
}
