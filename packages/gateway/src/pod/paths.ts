/**
 * Where things are in a gateway's pod. The components mount them there; a test compares the two.
 */
export const podPaths = {
  /** The bundle and the deployment: a projected volume of ConfigMaps. */
  bundle: '/etc/lockstep/bundle',
  /** `root.key`, `audit.key`, perhaps `bridge.key`, and retired ones: a Secret. */
  keys: '/etc/lockstep/keys',
  /** A Secret. */
  tokens: '/etc/lockstep/tokens/tokens.json',
  /** The service account's token for Vault, projected where a server's headers carry secrets. */
  vaultToken: '/var/run/secrets/lockstep/vault/token',
  /** A persistent volume. */
  state: '/var/lib/lockstep',
} as const;

/** On which ports a gateway listens in its pod. */
export const podPorts = { http: 7411, metrics: 9464 } as const;
