import { z } from 'zod';
import { egressSchema } from './egress.ts';
import { parseOrThrow } from './errors.ts';
import { serverName } from './names.ts';
import { type Delivery, secretsSchema } from './secret.ts';

const environmentVariable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable');

const processFields = {
  /** Arguments of the server. `${workdir}` and `${principaldir}` are replaced at start. Default: none. */
  args: z.array(z.string()).default([]),
  /**
   * Environment variables of the server, with the same placeholders as `args`. Plans show them, so put no secrets here.
   * Default: none.
   */
  env: z.record(environmentVariable, z.string()).default({}),
};

/** A server from an npm package, run with the gateway's Node. The lock holds its whole dependency tree. */
const npmRun = z.strictObject({
  /** The package's name, without a version. */
  npm: z
    .string()
    .regex(
      /^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/,
      'must be an npm package name without a version; the lock pins the version',
    ),
  /** Which of the package's executables to run; needed only if it has several. Default: its only one. */
  bin: z.string().optional(),
  ...processFields,
});

/** A server from a PyPI package, run in a virtual environment of hashed requirements. */
const pypiRun = z.strictObject({
  /** The package's name, without a version. */
  pypi: z
    .string()
    .regex(
      /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
      'must be a PyPI package name without a version; the lock pins the version',
    ),
  /** Which of the package's console scripts to run. Default: the package's name. */
  bin: z.string().optional(),
  ...processFields,
});

/** A server from an existing executable. The lock pins its SHA-256. */
const commandRun = z.strictObject({
  /** The executable: a path, or a name on PATH. */
  command: z.string().min(1),
  ...processFields,
});

/** A server from a container image that serves MCP over HTTP. The lock pins the image's digest. */
const imageRun = z.strictObject({
  /** The image; its digest is in the lock. */
  image: z.string().min(1),
  /** The port on which it serves MCP. */
  port: z.int().min(1).max(65_535),
  /** The path of the MCP endpoint. Default: `/mcp`. */
  path: z.string().startsWith('/').default('/mcp'),
  ...processFields,
});

const remote = z.strictObject({
  /** The MCP endpoint. */
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
});

/** Whose calls share one process (or one session of a remote server). */
const isolationSchema = z.enum(['principal', 'session', 'shared']);

/** How long the gateway waits for a server, in seconds. */
const timeoutsSchema = z.strictObject({
  /** From the start to the end of the handshake. Default: 30. */
  start: z.number().positive().max(600).default(30),
  /** Lists, and other requests that a client waits for. Default: 10. */
  list: z.number().positive().max(600).default(10),
  /** One call. Default: 120. */
  call: z.number().positive().max(86_400).default(120),
});

const common = {
  /** Words for people; the gateway ignores them. Default: none. */
  tags: z.array(z.string().min(1)).default([]),
  /**
   * Environment variables of the host that the server needs, such as `KUBECONFIG`. Lockstep passes them to the server.
   * If one isn't set, Lockstep doesn't run the server, and says so in one line. Default: none.
   */
  needs: z.array(environmentVariable).default([]),
  /** Whose calls share one process. Default: `principal`. */
  isolation: isolationSchema.default('principal'),
  /** How long the gateway waits for it, in seconds. Default: as each field says. */
  timeouts: timeoutsSchema.prefault({}),
  /**
   * How many processes may run at once, and after how many idle seconds a process is stopped. Default: as each field
   * says.
   */
  processes: z
    .strictObject({
      /** The most that run at once. Default: 16. */
      max: z.int().min(1).max(1000).default(16),
      /** Seconds without a call after which one is stopped. Default: 600. */
      idle: z.number().positive().default(600),
    })
    .prefault({}),
  /** Secrets, by the name of the header, variable or file that carries them. Default: none. */
  secrets: secretsSchema.default({}),
  /**
   * Where the server may connect to. In a cluster, a network policy enforces it; on a laptop, nothing does. Default:
   * nowhere, or its own host for a remote server.
   */
  egress: z.array(egressSchema).default([]),
};

/** How secrets can reach each kind of server: a pipe has no headers, and Lockstep doesn't start remote servers. */
const deliveries = {
  process: ['env', 'file'],
  image: ['header', 'env', 'file'],
  remote: ['header'],
} as const satisfies Record<string, readonly Delivery[]>;

/** One MCP server, as a person declares it, with either `run` or `remote`. */
export const serverSchema = z
  .union([
    z.strictObject({
      /** What is run: a package from npm or PyPI, a command, or an image. */
      run: z.union([npmRun, pypiRun, commandRun, imageRun]),
      ...common,
    }),
    z.strictObject({
      /** Where it is reached. */
      remote,
      ...common,
    }),
  ])
  .superRefine((server, context) => {
    const kind = 'remote' in server ? 'remote' : 'image' in server.run ? 'image' : 'process';
    const possible: readonly Delivery[] = deliveries[kind];
    for (const [name, { delivery }] of Object.entries(server.secrets)) {
      if (possible.includes(delivery)) continue;
      context.addIssue({
        code: 'custom',
        path: ['secrets', name, 'delivery'],
        message: `\`${delivery}\` doesn't reach this server; use ${possible.map((one) => `\`${one}\``).join(' or ')}`,
      });
    }
  });
/** A server's parsed declaration, with every default filled in. */
export type ServerDefinition = z.output<typeof serverSchema>;
/**
 * A server, as a person declares it: what to run or where it is, and what it needs.
 *
 * @example
 * const files: ServerInput = {
 *   run: { npm: '@modelcontextprotocol/server-filesystem', bin: 'mcp-server-filesystem', args: ['${workdir}'] },
 *   tags: ['work'],
 *   isolation: 'shared',
 *   needs: ['HTTPS_PROXY'],
 *   timeouts: { start: 30, list: 10, call: 120 },
 *   processes: { max: 16, idle: 600 },
 * };
 * const time: ServerInput = { run: { pypi: 'mcp-server-time', env: { LOG_LEVEL: 'error' } } };
 * const rota: ServerInput = { run: { command: 'servers/rota.ts' } };
 * const github: ServerInput = {
 *   run: { image: 'ghcr.io/github/github-mcp-server', port: 8082, path: '/mcp' },
 *   egress: [
 *     'api.github.com',
 *     { host: '*.githubusercontent.com', port: 443, unenforced: true },
 *     { cidr: '10.20.0.0/16', port: 5432 },
 *     { service: 'cache', namespace: 'data', port: 6379 },
 *   ],
 *   secrets: { GITHUB_TOKEN: secret('mcp/github#token', { delivery: 'env' }) },
 * };
 * const docs: ServerInput = {
 *   remote: { url: 'https://docs.example.com/mcp' },
 *   secrets: { Authorization: { reference: 'mcp/docs#token', delivery: 'header', template: 'Bearer ${secret}' } },
 * };
 */
export type ServerInput = z.input<typeof serverSchema>;

export const serversSchema = z.record(serverName, serverSchema);
/**
 * All servers, by name, with every default filled in: what `defineServers` returns.
 *
 * @example
 * const remote = (all: Servers) => Object.keys(all).filter((name) => 'remote' in (all[name] ?? {}));
 */
export type Servers = z.output<typeof serversSchema>;

/**
 * Declares the servers that every environment has.
 *
 * @throws ConfigurationError that names every wrong field.
 * @example
 * export const servers = defineServers({
 *   files: { run: { npm: '@modelcontextprotocol/server-filesystem', args: ['${workdir}'] }, tags: ['files'] },
 *   docs: { remote: { url: 'https://docs.example.com/mcp' } },
 * });
 */
export function defineServers(input: Record<string, ServerInput>): Servers {
  return parseOrThrow(serversSchema, input, 'servers');
}

/** The placeholders that `args` and `env` may hold. */
export const placeholders = {
  /** One folder per environment in the state folder. */
  workdir: '${workdir}',
  /** One folder per isolation key, so that principals don't share files. */
  principaldir: '${principaldir}',
} as const;

/** The placeholder in `args` and `env` for the path of a secret's file: `${secret:NAME}`. */
export function secretFilePlaceholder(name: string): string {
  return `\${secret:${name}}`;
}
