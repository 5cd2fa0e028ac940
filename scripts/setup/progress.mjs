// Counts packages as they arrive: a number that moves on a terminal, elsewhere a line now and then.
import { statSync } from 'node:fs';
import { join } from 'node:path';

const lookMs = 250;
const lineMs = 10_000;

/**
 * @param {string} root
 * @param {readonly string[]} paths of the packages, from the root
 * @returns what ends it, and says whether nothing has arrived yet.
 */
export function countArrivals(root, paths) {
  const { stderr } = process;
  const isTerminal = stderr.isTTY === true && process.env.TERM !== 'dumb';
  const began = Date.now();
  const pending = new Set(paths);
  let line = began;
  const look = () => {
    for (const path of pending) if (hasArrived(join(root, path), began)) pending.delete(path);
    const text = `  ${describe(pending, paths.length)}, ${Math.round((Date.now() - began) / 1000)} s`;
    if (isTerminal) stderr.write(`\r\x1b[2K${text}`);
    else if (Date.now() - line >= lineMs) {
      line = Date.now();
      stderr.write(`${text}\n`);
    }
  };
  const timer = setInterval(look, lookMs);
  return {
    isEmpty: () => pending.size === paths.length,
    end: () => {
      clearInterval(timer);
      if (isTerminal) stderr.write('\r\x1b[2K');
    },
  };
}

/** Whether npm has written this package since then. @param {string} folder @param {number} began */
function hasArrived(folder, began) {
  const found = statSync(join(folder, 'package.json'), { throwIfNoEntry: false });
  return found !== undefined && found.ctimeMs >= began;
}

/** @param {ReadonlySet<string>} pending @param {number} total */
function describe(pending, total) {
  const count = `${total - pending.size} of ${total} packages`;
  if (pending.size === 0) return `${count}; npm finishes`;
  const names = [...pending].map((path) =>
    path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
  );
  if (pending.size > 2) return count;
  return `${count}; ${names.join(' and ')} ${pending.size === 1 ? 'is' : 'are'} still coming`;
}
