/** Ports of our own containers. */
export const ports = {
  /** The gateway's MCP endpoint, pages and API. */
  gateway: 7411,
  /** The gateway's metrics, on a listener of their own. */
  metrics: 9464,
  /** A bridge's MCP endpoint. */
  bridge: 8080,
} as const;

/** Where things are in our own containers. The gateway knows the same paths; a test compares them. */
export const paths = {
  bundle: '/etc/lockstep/bundle',
  keys: '/etc/lockstep/keys',
  tokens: '/etc/lockstep/tokens',
  bridgeKey: '/etc/lockstep/bridge',
  vaultToken: '/var/run/secrets/lockstep/vault',
  secretFiles: '/var/run/secrets/lockstep/files',
  state: '/var/lib/lockstep',
  temporary: '/tmp',
} as const;

/** The MCP endpoint's path on a bridge. */
export const bridgePath = '/mcp';

/** Whom our images run as. */
export const user = 65_532;
