/**
 * What a pod and the program in it agree on. The components write it into manifests, the gateway and its bridge use it
 * as defaults, and it is written nowhere else.
 */

/** The ports on which our containers listen. */
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

/** The paths where the kubelet asks whether a container is alive, and whether it is ready for requests. */
export const probePaths = { alive: '/healthz', ready: '/readyz' } as const;

/** Where volumes are mounted. They are whole folders, because a file that is mounted alone doesn't follow changes. */
export const podFolders = {
  /** The bundle and the deployment: a projected volume of ConfigMaps. */
  bundle: '/etc/lockstep/bundle',
  /** A Secret with `root.key`, `audit.key`, retired keys, and `bridge.key` if there is a bridge. */
  keys: '/etc/lockstep/keys',
  /** A Secret with the file of first tokens. */
  tokens: '/etc/lockstep/tokens',
  /** The only one of the gateway's keys that a bridge must know. */
  bridgeKey: '/etc/lockstep/bridge',
  /** The service account's token for Vault, projected if a server's headers carry secrets. */
  vaultToken: '/var/run/secrets/lockstep/vault',
  /** A server's secrets with `file` delivery, by name. */
  secretFiles: '/var/run/secrets/lockstep/files',
  /** What outlives the container: a persistent volume, if there is one. */
  state: '/var/lib/lockstep',
  /** For temporary files, because the root file system is read-only. */
  temporary: '/tmp',
  /** A packaged server and its dependencies: in its image, or installed into a volume when the pod starts. */
  server: '/server',
  /** The release's source, for the container that installs it. */
  source: '/etc/lockstep/source',
} as const;

/** The key's name in the Secret of keys and in its folder. */
export const bridgeKeyFile = 'bridge.key';

/** The token's name in its projected volume. */
export const vaultTokenFile = 'token';

/** Files with a fixed path. */
export const podFiles = {
  tokens: `${podFolders.tokens}/tokens.json`,
  vaultToken: `${podFolders.vaultToken}/${vaultTokenFile}`,
  bridgeKey: `${podFolders.bridgeKey}/${bridgeKeyFile}`,
  source: `${podFolders.source}/source.json`,
} as const;

/** Environment variables of the gateway's container. */
export const podVariables = {
  /** Host names that clients use, separated by commas. One may be a URL, the address of the pages for people. */
  allowedHosts: 'LOCKSTEP_ALLOWED_HOSTS',
  /** `debug`, `info`, `warn` or `error`. */
  logLevel: 'LOCKSTEP_LOG_LEVEL',
} as const;

/** The gateway's workload: its name, its container, and the label that all environments' gateways have. */
export const gatewayWorkload = {
  name: 'lockstep-gateway',
  container: 'gateway',
  label: 'app.kubernetes.io/name',
  /** The label that says whose gateway it is. */
  environmentLabel: 'app.kubernetes.io/instance',
} as const;

/** The image's program, as its entry point starts it. */
export const podProgram = ['node', '/app/lockstep-gateway.mjs'] as const;

/** The annotation of pods whose image doesn't have the server's package; it says where the package comes from. */
export const packageAnnotation = 'lockstep.dev/package';

/** The annotation of a network policy: the hosts that its pods may reach although nothing enforces their names. */
export const unenforcedAnnotation = 'lockstep.dev/unenforced-egress';

/** The user and group that our images run as. */
export const podUser = 65_532;
