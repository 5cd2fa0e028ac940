import { parseArgs } from 'node:util';
import { podFiles, podFolders, podPorts } from '@lockstep/model/internal';

/** The settings on a bridge's command line. */
export interface BridgeSettings {
  readonly command: string;
  /** With placeholders, as in `run.args`. */
  readonly args: readonly string[];
  /** Most processes at once. */
  readonly processes: number;
  /** Seconds without a call after which a process ends. */
  readonly idle: number;
  /** Seconds in which a process must start. */
  readonly timeout: number;
  /** Most bytes in one answer of the server. */
  readonly maxResult: number;
  readonly host: string;
  /** 0 chooses a free one. */
  readonly port: number;
  /** The file with the key that the gateway signs with. */
  readonly keyFile: string;
  /** `${workdir}` is its folder `work`, `${principaldir}` is a folder in its `principals`. */
  readonly stateDir: string;
  /** Variables whose values are secrets: they are blanked if the server quotes them. */
  readonly hide: readonly string[];
  /** The folder with the secrets that are files; these are blanked too. */
  readonly secretFiles: string;
}

const defaults = {
  processes: '16',
  idle: '600',
  timeout: '30',
  'max-result': String(32 * 1024 * 1024),
  host: '0.0.0.0',
  port: String(podPorts.bridge),
  key: podFiles.bridgeKey,
  state: podFolders.state,
  hide: '',
  'secret-files': podFolders.secretFiles,
};
type Name = keyof typeof defaults;

const flags = Object.fromEntries(
  Object.entries(defaults).map(([name, value]) => [name, { type: 'string' as const, default: value }]),
);

/**
 * Reads `--processes N --idle SECONDS … -- command args…`.
 *
 * @throws Error in one sentence if an argument is invalid.
 */
export function parseBridgeArguments(argv: readonly string[]): BridgeSettings {
  const end = argv.indexOf('--');
  const [command, ...args] = end === -1 ? [] : argv.slice(end + 1);
  if (command === undefined) throw new Error('The command of the server is missing; give it after `--`.');
  const given = readFlags(end === -1 ? argv : argv.slice(0, end));
  return {
    command,
    args,
    processes: number(given, 'processes', { from: 1, to: 1000, whole: true }),
    idle: number(given, 'idle', { from: 0.1, to: 1e9 }),
    timeout: number(given, 'timeout', { from: 0.1, to: 600 }),
    maxResult: number(given, 'max-result', { from: 1024, to: 256 * 1024 * 1024, whole: true }),
    host: given.host,
    port: number(given, 'port', { from: 0, to: 65_535, whole: true }),
    keyFile: given.key,
    stateDir: given.state,
    hide: given.hide.split(',').filter((name) => name !== ''),
    secretFiles: given['secret-files'],
  };
}

function readFlags(argv: readonly string[]): Record<Name, string> {
  try {
    return parseArgs({ args: [...argv], options: flags }).values as Record<Name, string>;
  } catch (error) {
    const [what] = String(error instanceof Error ? error.message : error).split('. ');
    throw new Error(`The arguments of the bridge can't be read: ${what}.`);
  }
}

function number(
  given: Record<Name, string>,
  name: Name,
  { from, to, whole = false }: { from: number; to: number; whole?: boolean },
): number {
  const text = given[name];
  const value = Number(text);
  if (text.trim() !== '' && value >= from && value <= to && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? 'a whole number' : 'a number';
  throw new Error(`--${name} is ${JSON.stringify(text)}; give ${kind} from ${from} to ${to}.`);
}
