import type { Input } from '@pulumi/pulumi';
import { refuse } from '../component.ts';
import { findWide, type PolicyStatement } from '../policy.ts';

interface IdentityArgs {
  /** The namespace and the ServiceAccount whose pods get the role, such as `mcp-files` or the gateway's. */
  readonly namespace: string;
  /** That ServiceAccount. */
  readonly serviceAccount: string;
  /** What the role may do: at least one statement. */
  readonly statements: readonly PolicyStatement[];
  /** ARN of a policy that limits the role, whatever its statements allow. Default: none. */
  readonly permissionsBoundary?: Input<string>;
  /** Tags. Default: only the provider's. */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}

/**
 * An identity through EKS Pod Identity. The cluster needs the add-on `eks-pod-identity-agent`.
 *
 * @example
 * const args: PodIdentityArgs = {
 *   mode: 'pod-identity',
 *   clusterName: 'platform',
 *   namespace: 'mcp-prod',
 *   serviceAccount: 'mcp-files',
 *   statements: [{ sid: 'Read', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::acme-files/*'] }],
 *   permissionsBoundary: 'arn:aws:iam::111122223333:policy/agents',
 *   tags: { team: 'platform' },
 * };
 */
export interface PodIdentityArgs extends IdentityArgs {
  /** How pods get the role. */
  readonly mode: 'pod-identity';
  /** The EKS cluster's name. */
  readonly clusterName: Input<string>;
}

/**
 * An identity through the cluster's OpenID provider: IAM roles for service accounts.
 *
 * @example
 * const args: IrsaArgs = {
 *   mode: 'irsa',
 *   providerArn: 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE',
 *   issuer: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE',
 *   namespace: 'mcp-prod',
 *   serviceAccount: 'mcp-files',
 *   statements: [{ sid: 'Read', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::acme-files/*'] }],
 *   permissionsBoundary: 'arn:aws:iam::111122223333:policy/agents',
 *   tags: { team: 'platform' },
 * };
 */
export interface IrsaArgs extends IdentityArgs {
  /** How pods get the role. */
  readonly mode: 'irsa';
  /** ARN of the OpenID provider in IAM. */
  readonly providerArn: Input<string>;
  /** The provider's issuer, with or without `https://`: the cluster's `identity.oidc.issuer`. */
  readonly issuer: Input<string>;
}

/**
 * The arguments of `WorkloadIdentity`.
 *
 * @example
 * const args: WorkloadIdentityArgs = {
 *   mode: 'pod-identity',
 *   clusterName: 'platform',
 *   namespace: 'mcp-prod',
 *   serviceAccount: 'lockstep-gateway',
 *   statements: archive.appendStatements,
 * };
 */
export type WorkloadIdentityArgs = PodIdentityArgs | IrsaArgs;

/** @throws RunError that names the invalid field. */
export function checkIdentity(who: string, args: WorkloadIdentityArgs): void {
  for (const field of ['namespace', 'serviceAccount'] as const) {
    if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(args[field])) continue;
    refuse(who, field, `is ${JSON.stringify(args[field])}; give one name, without patterns.`);
  }
  if (!['pod-identity', 'irsa'].includes(args.mode)) {
    refuse(who, 'mode', `is ${JSON.stringify(args.mode)}; use pod-identity or irsa.`);
  }
  if (args.statements.length === 0) refuse(who, 'statements', 'is empty; name what the role may do.');
  for (const [at, statement] of args.statements.entries()) {
    const wide = findWide(statement);
    if (wide !== undefined) refuse(who, `statements[${at}].${wide.field}`, wide.message);
  }
}
