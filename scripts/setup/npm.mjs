// Runs npm, and says by name what it can't reach.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { countArrivals } from './progress.mjs';

/** What went wrong, in words for a person. */
export class SetupError extends Error {}

/** npm's own pauses between two attempts add up to minutes. */
const patience = ['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-factor=2'];
const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--no-progress', '--loglevel=http'];

/** Seconds after which a registry that takes connections and says nothing is worth a word, and is given up. */
const silentSeconds = { said: 5, givenUp: 30 };

/**
 * Runs npm in a folder until the packages at these paths are there.
 *
 * @param {readonly string[]} args
 * @param {string} root
 * @param {readonly string[]} paths
 * @throws {SetupError} when npm fails; at once when its registry can't be reached.
 */
export async function runNpm(args, root, paths) {
  const child = spawn('npm', [...args, ...patience, ...quiet], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  });
  const arrivals = countArrivals(root, paths);
  /** @type {string[]} */
  const said = [];
  let hasAnswered = false;
  /** @type {SetupError | undefined} */
  let unreachable;
  const giveUp = (/** @type {string} */ url, /** @type {string} */ reason) => {
    unreachable ??= cannotReach(url, reason);
    // npm waits for its requests before it heeds anything gentler.
    child.kill('SIGKILL');
  };
  const registry = process.env.npm_config_registry ?? '';
  const whenSilent = (/** @type {number} */ seconds, /** @type {() => void} */ act) =>
    setTimeout(() => {
      if (!hasAnswered && arrivals.isEmpty()) act();
    }, seconds * 1000);
  const timers = [
    whenSilent(silentSeconds.said, () => {
      process.stderr.write(`The npm registry ${hostOf(registry)} hasn't answered yet…\n`);
    }),
    whenSilent(silentSeconds.givenUp, () =>
      giveUp(registry, `no answer in ${silentSeconds.givenUp} seconds`),
    ),
  ];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (/http fetch GET \d+ /.test(line)) hasAnswered = true;
    // A status is an answer, too.
    const failed = /http fetch GET (\S+) attempt (\d+) failed with ([A-Z]\w+)/i.exec(line);
    if (failed === null || hasAnswered || Number(failed[2]) < 2) return;
    giveUp(failed[1] ?? '', failed[3] ?? '');
  });
  try {
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    if (unreachable !== undefined) throw unreachable;
    if (code !== 0) throw failureOf(said);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new SetupError("npm isn't on the PATH; install it: it comes with Node.js.");
    throw error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    arrivals.end();
  }
}

/** @param {readonly string[]} said */
function failureOf(said) {
  const text = said.join('\n');
  const lost = /request to (\S+) failed, reason: (.*)/.exec(text);
  if (lost !== null) return cannotReach(lost[1] ?? '', lost[2] ?? '');
  const errors = said.filter((line) => /^npm (error|ERR!)/.test(line));
  return new SetupError(`npm can't install the packages:\n${errors.join('\n') || text}`);
}

/** @param {string} url @param {string} reason */
function cannotReach(url, reason) {
  return new SetupError(
    `The npm registry ${hostOf(url)} can't be reached (${reason}); connect this machine to the network, or name a registry that it reaches: npm config set registry <url>.`,
  );
}

/** @param {string} url */
function hostOf(url) {
  return URL.canParse(url) ? new URL(url).host : url || 'of your npm configuration';
}
