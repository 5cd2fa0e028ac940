import type { Input } from '@pulumi/pulumi';
import { refuse } from '../component.ts';
import { findWide, type PolicyStatement } from '../policy.ts';

interface IdentityArgs {
  /** The namespace and the ServiceAccount whose pods get the role: `mcp-files`, or the gateway's. */
  readonly namespace: string;
  readonly serviceAccount: string;
  /** What it may do: at least one statement. */
  readonly statements: readonly PolicyStatement[];
  /** ARN of a policy that bounds the role whatever its statements say. Default: none. */
  readonly permissionsBoundary?: Input<string>;
  /** Default: none beside the provider's. */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}

/** By the agent that EKS runs on its nodes. The cluster has the add-on `eks-pod-identity-agent`. */
export interface PodIdentityArgs extends IdentityArgs {
  readonly mode: 'pod-identity';
  readonly clusterName: Input<string>;
}

/** By the cluster's OpenID provider: IAM roles for service accounts. */
export interface IrsaArgs extends IdentityArgs {
  readonly mode: 'irsa';
  /** ARN of the OpenID provider in IAM. */
  readonly providerArn: Input<string>;
  /** Its issuer, with or without `https://`: the cluster's `identity.oidc.issuer`. */
  readonly issuer: Input<string>;
}

/** What `WorkloadIdentity` takes. */
export type WorkloadIdentityArgs = PodIdentityArgs | IrsaArgs;

/** @throws RunError naming the field that a role can't be made of. */
export function checkIdentity(who: string, args: WorkloadIdentityArgs): void {
  for (const field of ['namespace', 'serviceAccount'] as const) {
    if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(args[field])) continue;
    refuse(who, field, `is ${JSON.stringify(args[field])}; name one, without patterns.`);
  }
  if (!['pod-identity', 'irsa'].includes(args.mode)) {
    refuse(who, 'mode', `is ${JSON.stringify(args.mode)}; say pod-identity or irsa.`);
  }
  if (args.statements.length === 0) refuse(who, 'statements', 'is empty; say what it may do.');
  for (const [at, statement] of args.statements.entries()) {
    const wide = findWide(statement);
    if (wide !== undefined) refuse(who, `statements[${at}].${wide.field}`, wide.message);
  }
}
