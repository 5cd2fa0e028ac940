import type { Log } from '../kernel/log.ts';
import { createRedaction } from '../kernel/redaction.ts';
import type { CredentialStore } from './http/credentials.ts';
import { httpConnector } from './http/http-connector.ts';
import type { Reaper } from './stdio/reaper.ts';
import { stdioConnector } from './stdio/stdio-connector.ts';
import { redacted, redactedLog } from './transport/redacted.ts';
import type { Connector } from './transport/transport.ts';
import type { UpstreamServer } from './upstream-server.ts';

export interface HostOptions {
  /** What `${workdir}` stands for. */
  readonly workdir: string;
  /** What `${principaldir}` stands for; created if missing. */
  readonly principalDir: (server: string, key: string) => string;
  readonly log: Log;
  /** Most bytes in one answer of a server. */
  readonly maxResultBytes: number;
  /** Returns the reaper, which starts with the first process. */
  readonly reaper: () => Reaper;
  /** The source of headers with secrets. Default: none are sent. */
  readonly secrets?: CredentialStore | undefined;
  /** Signs isolation keys for bridges. Default: none, so servers behind bridges can't be reached. */
  readonly bridgeKey?: Uint8Array | undefined;
}

/**
 * Makes the connector that a server's launch describes.
 *
 * @param current returns the server that is in force; its launch stays the same.
 */
export function connectorFor(current: () => UpstreamServer, host: HostOptions): Connector {
  const { launch } = current();
  const redaction = createRedaction(launch.type === 'absent' ? [] : launch.hidden);
  const log = redactedLog(host.log, redaction.redact);
  return redacted(connectorOf(current, { ...host, log }, redaction.hide), redaction.redact);
}

function connectorOf(
  current: () => UpstreamServer,
  host: HostOptions,
  hide: (values: Iterable<string>) => void,
): Connector {
  const { name, definition, launch } = current();
  const { workdir, log, maxResultBytes: maxBytes } = host;
  const timeoutSeconds = () => current().definition.timeouts.start;
  if (launch.type === 'absent') throw new Error(`${name} is not run here: ${launch.reason}`);
  if (launch.type === 'http') {
    const { bridgeKey } = host;
    const bridged = launch.isolation === 'signed';
    if (bridged && bridgeKey === undefined) return unsigned;
    const credentials = host.secrets?.open(name, () => current().definition.secrets, hide);
    return httpConnector({
      url: launch.url,
      release: () => current().release,
      timeoutSeconds,
      maxBytes,
      credentials,
      ...(bridged && { bridgeKey }),
    });
  }
  return stdioConnector({
    name,
    command: launch.command,
    args: launch.args,
    env: launch.env,
    cwd: launch.cwd,
    needs: definition.needs,
    workdir,
    principalDir: (key) => host.principalDir(name, key),
    timeoutSeconds,
    maxBytes,
    reaper: host.reaper(),
    log,
  });
}

/** For a bridge whose requests nobody can sign: it would refuse them, so none is sent. */
const unsigned: Connector = {
  connect: () => Promise.reject(new Error('it is behind a bridge, but this gateway has no `bridge.key`')),
  stateless: () => false,
  close: async () => {},
};
