import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { placeholders } from '@lockstep/model/internal';
import type { Log } from '../../kernel/log.ts';
import type { Connector } from '../transport/transport.ts';
import { childEnvironment } from './child-environment.ts';
import type { Reaper } from './reaper.ts';

interface StdioConnectorOptions {
  readonly name: string;
  readonly command: string;
  /** With placeholders, as in `env`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Default: the folder of the isolation key. */
  readonly cwd: string | undefined;
  /** Variables of the host that are passed on. */
  readonly needs: readonly string[];
  readonly workdir: string;
  readonly principalDir: (key: string) => string;
  /** Seconds from start to the end of the handshake. */
  readonly timeoutSeconds: () => number;
  readonly maxBytes: number;
  /** Undefined if the container ends what would be left behind. */
  readonly reaper: Reaper | undefined;
  readonly log: Log;
}

/** Runs one process per isolation key, each in its own folder. */
export function stdioConnector(options: StdioConnectorOptions): Connector {
  const { name, command, needs, workdir, principalDir, maxBytes, reaper, log } = options;
  let mode: 'auto' | 'legacy' = 'auto';
  return {
    async connect({ key, signal, hooks }) {
      const home = principalDir(key);
      const temporary = join(home, 'tmp');
      for (const folder of [workdir, temporary]) await mkdir(folder, { recursive: true, mode: 0o700 });
      const fill = (text: string) =>
        text.replaceAll(placeholders.workdir, workdir).replaceAll(placeholders.principaldir, home);
      const declared = Object.fromEntries(
        Object.entries(options.env).map(([key, value]) => [key, fill(value)]),
      );
      // It loads the SDK's client, 6 MB that a gateway with only remote servers doesn't need.
      const { openStdio } = await import('./stdio-transport.ts');
      const transport = await openStdio({
        mode,
        command: fill(command),
        args: options.args.map(fill),
        env: childEnvironment({ host: process.env, home, temporary, needs, declared }),
        cwd: fill(options.cwd ?? home),
        reaper,
        timeoutSeconds: options.timeoutSeconds(),
        signal,
        maxBytes,
        log,
        fields: { server: name, key },
        ...hooks,
      }).catch((error: unknown) => {
        mode = 'auto';
        throw error;
      });
      mode = transport.facts.era === 'legacy' ? 'legacy' : 'auto';
      return transport;
    },
    stateless: () => false,
    close: async () => {},
  };
}
