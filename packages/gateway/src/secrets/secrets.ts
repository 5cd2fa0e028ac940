import type { Log } from '../kernel/log.ts';
import type { CredentialStore } from '../upstream/http/credentials.ts';
import { createCredentials, type SecretStatus } from './header-credentials.ts';
import type { SecretSource } from './secret-source.ts';

/** The secrets in the headers of all servers. */
export interface SecretStore extends CredentialStore {
  /** The state of every server that has any. */
  status(): SecretStatus[];
}

interface SecretStoreOptions {
  readonly source: SecretSource | undefined;
  readonly log: Log;
  /** Milliseconds that only grow. Default: `performance.now`. */
  readonly clock?: () => number;
}

/** Reads nothing before a server's first request. */
export function createSecrets(options: SecretStoreOptions): SecretStore {
  const { source = noSource, log, clock = () => performance.now() } = options;
  const open = new Map<object, { server: string; status: () => SecretStatus | undefined }>();
  /** Errors of closed credentials: a counter never falls. */
  const past = new Map<string, number>();
  return {
    open(server, secrets, hide) {
      const { credentials, status } = createCredentials({ server, secrets, hide, source, log, clock });
      const self = { server, status };
      open.set(self, self);
      return {
        ...credentials,
        close() {
          past.set(server, (past.get(server) ?? 0) + (status()?.errors ?? 0));
          open.delete(self);
          credentials.close();
        },
      };
    },
    status: () =>
      [...open.values()].flatMap(({ status }) => {
        const now = status();
        return now === undefined ? [] : { ...now, errors: now.errors + (past.get(now.server) ?? 0) };
      }),
  };
}

const noSource: SecretSource = {
  read: async (_, references) =>
    new Map(
      references.map((reference) => [
        reference,
        { missing: `this gateway has no source for the secret ${reference}` },
      ]),
    ),
};
