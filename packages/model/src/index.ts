/**
 * The vocabulary of Lockstep, pure: schemas, tool lock, permission table, bundle.
 *
 * @module
 */
export { type AccessClass, accessClassSchema } from './access.ts';
export { bundleVersion, type GatewayConfig, gatewayConfigSchema } from './bundle-schema.ts';
export { type ApproveDecision, type Decision, decisionSchema } from './decision.ts';
export type { EnvironmentInput, ProfileName, Rule, RuleExample, Settings } from './environment.ts';
export { ConfigurationError, type Finding, parseOrThrow, printPath } from './errors.ts';
export {
  type Lock,
  type LockedItem,
  type LockedTool,
  lockVersion,
  type Release,
  releaseSchema,
  type Source,
} from './lock/schema.ts';
export {
  composeName,
  longestComposedName,
  parseTarget,
  printTarget,
  splitName,
  type Target,
  type TargetKind,
} from './names.ts';
export type { Clause, PermissionEntry, PermissionTable } from './permission/clause.ts';
export { type Principal, principalSchema, privilegedRoles } from './principal.ts';
export {
  defineServers,
  type Isolation,
  placeholders,
  type ServerDefinition,
  type ServerInput,
  type Servers,
  serverSchema,
} from './server.ts';
