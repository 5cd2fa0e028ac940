import { z } from 'zod';
import { parseOrThrow } from '../errors.ts';
import { serverName } from '../names.ts';

/** The version of the deployment file's format. */
export const deploymentVersion = 1;

/** How one server is reached from the gateway's pod. */
const deployedServerSchema = z.strictObject({
  /** The MCP endpoint. */
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  /** Whether a bridge answers there: then each request carries its signed isolation key. Default: false. */
  bridge: z.boolean().default(false),
  /** The Vault role that the gateway signs in with for this server's headers. Default: none, it has no headers. */
  vaultRole: z.string().min(1).optional(),
});

/** Where the gateway reads secrets. */
const vaultSchema = z.strictObject({
  address: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  /** Of Vault Enterprise or HCP. Default: none. */
  namespace: z.string().min(1).optional(),
  /** The KV mount that all references lie in, and its version. */
  mount: z.string().min(1),
  kvVersion: z.union([z.literal(1), z.literal(2)]).default(2),
  /** Where the Kubernetes auth method is mounted. Default: `kubernetes`. */
  authMount: z.string().min(1).default('kubernetes'),
  /** PEM of the authority that signed its certificate. Default: those that Node knows. */
  ca: z.string().optional(),
});

/** Where the gateway sends closed segments of its audit: an S3 bucket, whose defaults lock and encrypt them. */
const archiveSchema = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of an S3 bucket'),
  region: z.string().regex(/^[a-z0-9-]+$/, 'must be a region, such as eu-west-1'),
  /** What keys begin with, without slashes at its ends. Default: none, they begin with the environment. */
  prefix: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'must be words with single slashes between them')
    .optional(),
  /** ARN of the KMS key to encrypt with. Default: the bucket's. */
  kmsKey: z.string().startsWith('arn:', 'must be the ARN of a KMS key').optional(),
  /** Of a store that speaks S3 and isn't AWS. Default: the region's. */
  endpoint: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
});

/**
 * What a gateway in a cluster must know beside its bundle: where its servers are. It decides nothing. Plain data, in
 * the same ConfigMap as `gateway.json`, so that both change together.
 */
const deploymentSchema = z.strictObject({
  deploymentVersion: z.literal(deploymentVersion),
  servers: z.record(serverName, deployedServerSchema),
  vault: vaultSchema.optional(),
  archive: archiveSchema.optional(),
});
/** What the deployment file says, read. */
export type Deployment = z.output<typeof deploymentSchema>;
/** Where an audit goes, validated. */
export type ArchiveSettings = z.output<typeof archiveSchema>;

/** @throws ConfigurationError naming what is wrong. */
export function parseDeployment(json: unknown): Deployment {
  return parseOrThrow(deploymentSchema, json, 'deployment');
}
