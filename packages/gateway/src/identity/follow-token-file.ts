import { ConfigurationError } from '@lockstep/model';
import type { Logger } from 'pino';
import { messageOf } from '../kernel/errors.ts';
import { parseTokenFile, readTokenFile } from './token-file.ts';
import type { Tokens } from './tokens.ts';

/** Milliseconds between checks of the file. */
const intervalMs = 1000;

/**
 * Puts the tokens of a file in force, and follows its changes: a token that is no longer there is revoked. If the file
 * can't be used, the tokens in force stay, and each reason is reported once.
 *
 * @param path absent: no token comes from a file, and tokens that came from one before are revoked.
 * @returns a function that stops it.
 * @throws ConfigurationError if the file can't be used at start.
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
        log.error({ why }, 'the changed token file was rejected; the tokens in force stay');
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
