import { podFiles, podFolders, podPorts, podVariables } from '@lockstep/model/internal';
import { allowedHosts } from '../identity/host-guard.ts';
import { type LogLevel, logLevels } from '../kernel/log.ts';
import { fault, parseFlags } from './flags.ts';

/** The settings of a gateway in a pod. */
interface ServeSettings {
  readonly bundle: string;
  readonly keys: string;
  readonly tokens: string;
  /** The service account's token for Vault. */
  readonly vaultToken: string;
  readonly state: string;
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number;
  /** Host names that clients use, with or without a port. */
  readonly allowedHosts: readonly string[];
  /** The address of the pages for people; undefined if it isn't configured. */
  readonly publicUrl: string | undefined;
  readonly logLevel: LogLevel;
}

const options = {
  bundle: { type: 'string', default: podFolders.bundle },
  keys: { type: 'string', default: podFolders.keys },
  tokens: { type: 'string', default: podFiles.tokens },
  'vault-token': { type: 'string', default: podFiles.vaultToken },
  state: { type: 'string', default: podFolders.state },
  host: { type: 'string', default: '0.0.0.0' },
  port: { type: 'string', default: String(podPorts.gateway) },
  'metrics-port': { type: 'string', default: String(podPorts.metrics) },
} as const;

/**
 * Reads the arguments after `serve`, and the environment: `LOCKSTEP_ALLOWED_HOSTS` and `LOCKSTEP_LOG_LEVEL`.
 *
 * @throws ConfigurationError naming the argument or the variable.
 */
export function readSettings(argv: readonly string[], env: NodeJS.ProcessEnv): ServeSettings {
  const {
    'metrics-port': metricsPort,
    'vault-token': vaultToken,
    port,
    ...values
  } = parseFlags('serve', argv, options);
  return {
    ...values,
    vaultToken,
    port: parsePort('--port', port),
    metricsPort: parsePort('--metrics-port', metricsPort),
    ...parseHosts(env[podVariables.allowedHosts] ?? ''),
    logLevel: parseLogLevel(env[podVariables.logLevel]),
  };
}

function parsePort(option: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw fault(option, `is ${JSON.stringify(text)}; give a port from 0 to 65535.`);
}

/** Reads hosts separated by commas. One may be a whole URL, the one that people use: `https://mcp.example.com`. */
function parseHosts(text: string): Pick<ServeSettings, 'allowedHosts' | 'publicUrl'> {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const publicUrl = entries.find((entry) => /^https?:\/\//i.test(entry))?.replace(/\/$/, '');
  const hosts = entries.map((entry) => entry.replace(/^https?:\/\//i, '').replace(/\/$/, ''));
  try {
    allowedHosts(0, hosts);
  } catch (error) {
    throw fault(podVariables.allowedHosts, (error as Error).message);
  }
  return { allowedHosts: hosts, publicUrl };
}

function parseLogLevel(text = 'info'): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level !== undefined) return level;
  throw fault(podVariables.logLevel, `is ${JSON.stringify(text)}; use one of ${logLevels.join(', ')}.`);
}
