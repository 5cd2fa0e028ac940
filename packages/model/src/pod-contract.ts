/**
 * What a pod and the program in it agree on: the components write it into manifests, the gateway and its bridge take
 * it for their defaults, and nobody else repeats it.
 */

/** On which ports our containers listen. */
export const podPorts = {
  /** The gateway's MCP endpoint, pages and API. */
  gateway: 7411,
  /** The gateway's metrics, on a listener of their own. */
  metrics: 9464,
  /** A bridge's MCP endpoint. */
  bridge: 8080,
} as const;

/** The MCP endpoint's path, on the gateway and on a bridge. */
export const mcpPath = '/mcp';

/** Where the kubelet asks whether a container lives, and whether it is ready for requests. */
export const probePaths = { alive: '/healthz', ready: '/readyz' } as const;

/** Where volumes are mounted: whole folders, since what is mounted as one file doesn't follow changes. */
export const podFolders = {
  /** The bundle and the deployment: a projected volume of ConfigMaps. */
  bundle: '/etc/lockstep/bundle',
  /** `root.key`, `audit.key`, perhaps `bridge.key`, and retired ones: a Secret. */
  keys: '/etc/lockstep/keys',
  /** A Secret with the file of first tokens. */
  tokens: '/etc/lockstep/tokens',
  /** Of the gateway's keys the one that a bridge must know. */
  bridgeKey: '/etc/lockstep/bridge',
  /** The service account's token for Vault, projected where a server's headers carry secrets. */
  vaultToken: '/var/run/secrets/lockstep/vault',
  /** A server's secrets that are files, each by its name. */
  secretFiles: '/var/run/secrets/lockstep/files',
  /** What outlives the container: a persistent volume where there is one. */
  state: '/var/lib/lockstep',
  /** The root file system can't be written. */
  temporary: '/tmp',
  /** What the image of a packaged server adds to the gateway's: the package and all that it depends on. */
  server: '/server',
} as const;

/** The key's name in the Secret of keys and in its folder. */
export const bridgeKeyFile = 'bridge.key';

/** The token's name in its projected volume. */
export const vaultTokenFile = 'token';

/** Files that are read at one place. */
export const podFiles = {
  tokens: `${podFolders.tokens}/tokens.json`,
  vaultToken: `${podFolders.vaultToken}/${vaultTokenFile}`,
  bridgeKey: `${podFolders.bridgeKey}/${bridgeKeyFile}`,
} as const;

/** Environment variables of the gateway's container. */
export const podVariables = {
  /** Host names that clients use, separated by commas; one may be a URL, where people find its pages. */
  allowedHosts: 'LOCKSTEP_ALLOWED_HOSTS',
  /** `debug`, `info`, `warn` or `error`. */
  logLevel: 'LOCKSTEP_LOG_LEVEL',
} as const;

/** Whom our images run as: user and group. */
export const podUser = 65_532;
