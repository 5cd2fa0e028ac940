import { eks, iam } from '@pulumi/aws';
import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
} from '@pulumi/pulumi';
import { isOfType, requireProvider } from '../component.ts';
import { identityPolicy } from '../policy.ts';
import { checkIdentity, type WorkloadIdentityArgs } from './identity-args.ts';
import { irsaTrust, podIdentityTrust } from './trust.ts';

const type = 'lockstep-aws:index:WorkloadIdentity';

/**
 * An AWS role for the pods of one ServiceAccount, which may do only what its statements name.
 *
 * @throws RunError that names the field, for a missing provider or an invalid argument, such as a wildcard action.
 * @example
 * const identity = new WorkloadIdentity(
 *   'gateway',
 *   {
 *     mode: 'pod-identity',
 *     clusterName: 'platform',
 *     namespace: 'mcp-prod',
 *     serviceAccount: 'lockstep-gateway',
 *     statements: archive.appendStatements,
 *   },
 *   { providers: { aws } },
 * );
 */
export class WorkloadIdentity extends ComponentResource {
  /** The role's ARN. */
  readonly roleArn: Output<string>;
  /** Annotations for the ServiceAccount; empty with `pod-identity`, which needs none. */
  readonly serviceAccountAnnotations: Readonly<Record<string, Output<string>>>;

  constructor(name: string, args: WorkloadIdentityArgs, opts?: ComponentResourceOptions) {
    super(type, name, {}, opts);
    const who = `WorkloadIdentity ${name}`;
    requireProvider(this, who);
    checkIdentity(who, args);
    const { namespace, serviceAccount, statements, permissionsBoundary, tags } = args;

    const role = new iam.Role(
      `${name}-role`,
      {
        description: `Pods of ${serviceAccount} in ${namespace}`,
        assumeRolePolicy: trustOf(args),
        ...(permissionsBoundary && { permissionsBoundary }),
        ...(tags && { tags }),
      },
      { parent: this },
    );
    new iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: identityPolicy(statements) },
      { parent: this },
    );
    if (args.mode === 'pod-identity') {
      new eks.PodIdentityAssociation(
        `${name}-association`,
        {
          clusterName: args.clusterName,
          namespace,
          serviceAccount,
          roleArn: role.arn,
          ...(tags && { tags }),
        },
        { parent: this },
      );
    }

    this.roleArn = role.arn;
    this.serviceAccountAnnotations = args.mode === 'irsa' ? { 'eks.amazonaws.com/role-arn': role.arn } : {};
    this.registerOutputs({ roleArn: this.roleArn });
  }

  /** Whether a value is a `WorkloadIdentity`, even from another copy of this package. */
  static override isInstance(value: unknown): value is WorkloadIdentity {
    return isOfType(value, type);
  }
}

function trustOf(args: WorkloadIdentityArgs): Input<string> {
  if (args.mode === 'pod-identity') return podIdentityTrust(args);
  return all([args.providerArn, args.issuer]).apply(([providerArn, issuer]) =>
    irsaTrust(args, { providerArn, issuer }),
  );
}
