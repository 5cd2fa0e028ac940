import type { Principal } from '@lockstep/model/internal';
import type { Logger } from 'pino';
import { followTokenFile } from '../identity/follow-token-file.ts';
import { isLoopbackName } from '../identity/host-guard.ts';
import { localUser } from '../identity/sign-in.ts';
import { demandToken, openTokens, type Tokens } from '../identity/tokens.ts';
import type { Store } from '../ledger/store-port.ts';
import type { GatewayOptions } from './options.ts';

/** Who may call: the holders of tokens and, on a laptop, the local user. */
interface Identities {
  readonly tokens: Tokens;
  /** Absent if authentication is configured or the gateway listens beyond loopback. */
  readonly localUser: ((roles: readonly string[]) => Principal) | undefined;
}

/**
 * Opens the tokens, and follows the token file if there is one.
 *
 * @throws Error in one sentence if nobody could sign in, or if the token file can't be used.
 */
export async function openIdentities(
  { host = '127.0.0.1', tokenFile, inPod = false }: GatewayOptions,
  store: Store,
  environment: string,
  { opened, log }: { opened: AsyncDisposableStack; log: Logger },
): Promise<Identities> {
  const tokens = await openTokens(store, environment);
  opened.defer(await followTokenFile(tokenFile, tokens, log));
  const isLoopback = isLoopbackName(host);
  if (!isLoopback && tokenFile === undefined && !inPod) await demandToken(tokens, host);
  return { tokens, localUser: isLoopback && tokenFile === undefined ? localUser : undefined };
}
