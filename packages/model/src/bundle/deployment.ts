import { z } from 'zod';
import { parseOrThrow } from '../errors.ts';
import { serverName } from '../names.ts';

/** The version of the deployment file's format. */
export const deploymentVersion = 1;

/** How the gateway's pod reaches one server. */
const deployedServerSchema = z.strictObject({
  /** The MCP endpoint. */
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  /** Whether a bridge answers there. If so, each request carries its signed isolation key. Default: false. */
  bridge: z.boolean().default(false),
  /**
   * The Vault role with which the gateway reads this server's headers. Default: none, for a server without headers.
   */
  vaultRole: z.string().min(1).optional(),
});

/** Where the gateway reads secrets. */
const vaultSchema = z.strictObject({
  address: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  /** A namespace of Vault Enterprise or HCP. Default: none. */
  namespace: z.string().min(1).optional(),
  /** The KV mount of all references, and its version. */
  mount: z.string().min(1),
  kvVersion: z.union([z.literal(1), z.literal(2)]).default(2),
  /** Where the Kubernetes auth method is mounted. Default: `kubernetes`. */
  authMount: z.string().min(1).default('kubernetes'),
  /** PEM of the authority that signed Vault's certificate. Default: the authorities that Node knows. */
  ca: z.string().optional(),
});

/** Where the gateway sends closed segments of its audit: an S3 bucket whose defaults lock and encrypt them. */
const archiveSchema = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of an S3 bucket'),
  region: z.string().regex(/^[a-z0-9-]+$/, 'must be a region, such as eu-west-1'),
  /** The prefix of all keys, without slashes at its ends. Default: none; keys then begin with the environment. */
  prefix: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'must be words with single slashes between them')
    .optional(),
  /** ARN of the KMS key to encrypt with. Default: the bucket's key. */
  kmsKey: z.string().startsWith('arn:', 'must be the ARN of a KMS key').optional(),
  /** The endpoint of an S3-compatible store outside AWS. Default: the region's endpoint. */
  endpoint: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
});

/**
 * What a gateway in a cluster needs besides its bundle: where its servers are. It decides nothing. It is plain data in
 * the same ConfigMap as `gateway.json`, so that both change together.
 */
const deploymentSchema = z.strictObject({
  deploymentVersion: z.literal(deploymentVersion),
  servers: z.record(serverName, deployedServerSchema),
  vault: vaultSchema.optional(),
  archive: archiveSchema.optional(),
});
/** The parsed deployment file. */
export type Deployment = z.output<typeof deploymentSchema>;
/** The validated settings of the audit's archive. */
export type ArchiveSettings = z.output<typeof archiveSchema>;

/** @throws ConfigurationError that names what is wrong. */
export function parseDeployment(json: unknown): Deployment {
  return parseOrThrow(deploymentSchema, json, 'deployment');
}
