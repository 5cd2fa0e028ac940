/**
 * What Lockstep's own packages share beyond the names that programs are written with. It may change in any release.
 *
 * @internal
 * @module
 */
export { type AccessClass, accessClassSchema } from './access.ts';
export { type Bundle, type LoadedBundle, loadBundle, makeBundle } from './bundle.ts';
export { bundleVersion, type GatewayConfig, gatewayConfigSchema } from './bundle-schema.ts';
export { type BundleVolume, packBundle, shardCount, unpackBundle, volumeFiles } from './bundle-volume.ts';
export { canonicalJson, digestOf, sha256 } from './canonical.ts';
export { type Condition, compileCondition } from './condition/compile.ts';
export type { Facts } from './condition/facts.ts';
export { type ApproveDecision, type Decision, decisionSchema } from './decision.ts';
export {
  type ArchiveSettings,
  type Deployment,
  type DeploymentInput,
  deploymentSchema,
  deploymentVersion,
  parseDeployment,
} from './deployment.ts';
export { type Egress, type EgressInput, parseEgress } from './egress.ts';
export type { Settings } from './environment.ts';
export { parseOrThrow, printPath } from './errors.ts';
export { matchesGlob } from './glob.ts';
export { gatewayImage, imageEntry, isUnpushed, unpushedDigest } from './images.ts';
export { isRecord } from './json.ts';
export { effectiveClass, proposeClass } from './lock/class.ts';
export { type DefinitionKind, definitionDigest } from './lock/definition.ts';
export { diffDefinition } from './lock/definition-diff.ts';
export { parseLock } from './lock/lock.ts';
export { diffReleases, type ReleaseChange, type ReleaseDiff, type VersionStep } from './lock/release-diff.ts';
export { printReleaseChange, printReleaseDiff } from './lock/release-diff-text.ts';
export {
  type LockedItem,
  type LockedTool,
  lockVersion,
  type Release,
  releaseSchema,
  type Source,
} from './lock/schema.ts';
export { sourceId } from './lock/source.ts';
export {
  composeName,
  longestComposedName,
  parseTarget,
  printTarget,
  splitName,
  type Target,
  type TargetKind,
} from './names.ts';
export { compareText } from './order.ts';
export type { Clause, PermissionEntry, PermissionTable } from './permission/clause.ts';
export { printClause } from './permission/clause-text.ts';
export { type Decided, decide, possibleDecisions } from './permission/decide.ts';
export { diffTables, printTableDiff, type TableChange, type TableState } from './permission/diff.ts';
export { checkExamples, examplePrincipal, exampleTarget } from './permission/examples.ts';
export { summarise } from './permission/summary.ts';
export { permissionTable } from './permission/table.ts';
export { parseTable, printTable } from './permission/text.ts';
export { type RoleViewLine, roleView } from './permission/view.ts';
export { type Principal, principalSchema, privilegedRoles } from './principal.ts';
export {
  type Delivery,
  parseSecretReference,
  type SecretDefinition,
  type Secrets,
  secretPlaceholder,
  secretSources,
} from './secret.ts';
export {
  type Isolation,
  placeholders,
  type ServerDefinition,
  secretFilePlaceholder,
  serverSchema,
} from './server.ts';
export { quote, visible } from './visible.ts';
