import { ConfigurationError } from '@lockstep/model';
import type { Logger } from 'pino';
import { messageOf } from '../kernel/errors.ts';
import { parseTokenFile, readTokenFile } from './token-file.ts';
import type { Tokens } from './tokens.ts';

/** Milliseconds between looks. */
const intervalMs = 1000;

/**
 * Puts the tokens of a file in force, and every change of it: what is no longer there is revoked. A file that can't be
 * used leaves in force what was, and is reported once for what it is.
 *
 * @param path absent: no token comes from a file, and those that did before are revoked.
 * @returns how to stop.
 * @throws ConfigurationError when it can't be used at start.
 */
export async function followTokenFile(
  path: string | undefined,
  tokens: Pick<Tokens, 'declare'>,
  log: Pick<Logger, 'info' | 'error'>,
): Promise<() => void> {
  if (path === undefined) {
    await tokens.declare([]);
    return () => {};
  }
  let seen: string | undefined;
  let reported: string | undefined;
  let looking = false;

  async function take(): Promise<void> {
    const text = await readTokenFile(path as string);
    if (text === seen) return;
    const declared = await tokens.declare(parseTokenFile(path as string, text));
    if ('refused' in declared)
      throw new ConfigurationError([{ path: path as string, message: declared.refused }]);
    seen = text;
    reported = undefined;
    log.info(declared, 'the token file is in force');
  }

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      await take();
    } catch (error) {
      const why = messageOf(error);
      if (why !== reported)
        log.error({ why }, 'the changed token file was not taken; the tokens in force stay');
      reported = why;
    } finally {
      looking = false;
    }
  }

  await take();
  const timer = setInterval(() => void look(), intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
