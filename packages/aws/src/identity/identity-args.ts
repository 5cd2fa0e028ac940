import type { Input } from '@pulumi/pulumi';
import { refuse } from '../component.ts';
import { findWide, type PolicyStatement } from '../policy.ts';

interface IdentityArgs {
  /** The namespace and the ServiceAccount whose pods get the role, such as `mcp-files` or the gateway's. */
  readonly namespace: string;
  readonly serviceAccount: string;
  /** What the role may do: at least one statement. */
  readonly statements: readonly PolicyStatement[];
  /** ARN of a policy that limits the role, whatever its statements allow. Default: none. */
  readonly permissionsBoundary?: Input<string>;
  /** Tags. Default: only the provider's. */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}

/** An identity through EKS Pod Identity. The cluster needs the add-on `eks-pod-identity-agent`. */
export interface PodIdentityArgs extends IdentityArgs {
  readonly mode: 'pod-identity';
  readonly clusterName: Input<string>;
}

/** An identity through the cluster's OpenID provider: IAM roles for service accounts. */
export interface IrsaArgs extends IdentityArgs {
  readonly mode: 'irsa';
  /** ARN of the OpenID provider in IAM. */
  readonly providerArn: Input<string>;
  /** The provider's issuer, with or without `https://`: the cluster's `identity.oidc.issuer`. */
  readonly issuer: Input<string>;
}

/** The arguments of `WorkloadIdentity`. */
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
