/**
 * Pulumi components for AWS. They meet `@lockstep/components` in plain strings and outputs.
 *
 * @module
 */
export type { AuditArchiveArgs, Retention } from './archive/args.ts';
export { AuditArchive } from './archive/audit-archive.ts';
export type { ArchiveLifecycle } from './archive/lifecycle.ts';
export type { IrsaArgs, PodIdentityArgs, WorkloadIdentityArgs } from './identity/args.ts';
export { WorkloadIdentity } from './identity/workload-identity.ts';
export type { Conditions, PolicyStatement } from './policy/statement.ts';
export { GatewayRepository, type GatewayRepositoryArgs } from './registry/gateway-repository.ts';
