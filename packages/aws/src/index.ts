/**
 * Pulumi components for AWS. They exchange plain strings and outputs with `@lockstep/components`.
 *
 * @module
 */
export type { AuditArchiveArgs, Retention } from './archive/archive-args.ts';
export type { ArchiveLifecycle } from './archive/archive-lifecycle.ts';
export { AuditArchive } from './archive/audit-archive.ts';
export type { IrsaArgs, PodIdentityArgs, WorkloadIdentityArgs } from './identity/identity-args.ts';
export { WorkloadIdentity } from './identity/workload-identity.ts';
export type { Conditions, PolicyStatement } from './policy.ts';
export { GatewayRepository, type GatewayRepositoryArgs } from './registry/gateway-repository.ts';
