/**
 * What Lockstep's own packages share beyond the exports for programs. It may change in any release.
 *
 * @internal
 * @module
 */
export { type AccessClass, accessClassSchema, effectiveClass, proposeClass } from './access-class.ts';
export {
  type Bundle,
  type GatewayConfig,
  type LoadedBundle,
  loadBundle,
  makeBundle,
  parseGatewayConfig,
} from './bundle/bundle.ts';
export { printBundleFile } from './bundle/bundle-file.ts';
export {
  packBundle,
  unpackBundle,
  volumeFiles,
} from './bundle/bundle-volume.ts';
export {
  type BundledEnvironment,
  bundleOf,
  environmentOfBundle,
  tableOf,
} from './bundle/bundled-environment.ts';
export {
  type ArchiveSettings,
  type Deployment,
  deploymentVersion,
  parseDeployment,
} from './bundle/deployment.ts';
export { canonicalJson, digestOf, sha256 } from './canonical.ts';
export type { ApproveDecision } from './decision.ts';
export { type Egress, type EgressInput, parseEgress } from './egress.ts';
export { environmentSchema } from './environment/environment.ts';
export {
  gatewayImage,
  imageDigest,
  imageEntry,
  isUnpushed,
  needsBuiltImage,
  unpushedDigest,
} from './environment/images.ts';
export { parseOrThrow, printPath } from './errors.ts';
export { matchesGlob } from './glob.ts';
export { isRecord } from './json.ts';
export { type DefinitionKind, definitionDigest } from './lock/definition.ts';
export { diffDefinition } from './lock/definition-diff.ts';
export {
  type NpmDependencies,
  npmAlways,
  npmCiArguments,
  npmManifest,
  npmProject,
  npmUnpinned,
} from './lock/npm-project.ts';
export { parseLock } from './lock/parse-lock.ts';
export type { ReleaseDiff } from './lock/release-change.ts';
export { printReleaseChange, printReleaseDiff } from './lock/release-change.ts';
export { diffReleases } from './lock/release-diff.ts';
export {
  type LockedItem,
  type LockedTool,
  lockVersion,
  type Release,
  type Source,
  sourceSchema,
} from './lock/schema.ts';
export { sourceId } from './lock/source.ts';
export {
  composeName,
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
export { summarise } from './permission/summary.ts';
export { permissionTable } from './permission/table.ts';
export { printByTarget, printTable } from './permission/text.ts';
export { clausesFor, roleView } from './permission/view.ts';
export {
  bridgeKeyFile,
  gatewayWorkload,
  mcpPath,
  packageAnnotation,
  podFiles,
  podFolders,
  podPorts,
  podProgram,
  podUser,
  podVariables,
  probePaths,
  unenforcedAnnotation,
  vaultTokenFile,
} from './pod-contract.ts';
export { type Principal, principalSchema } from './principal.ts';
export { privilegedRoles } from './role.ts';
export {
  type Delivery,
  parseSecretReference,
  type SecretDefinition,
  type Secrets,
  secretPlaceholder,
  secretSources,
} from './secret.ts';
export {
  placeholders,
  type ServerDefinition,
  secretFilePlaceholder,
  serverSchema,
} from './server.ts';
export { reasonOfTool } from './tool-reason.ts';
export { quote, visible } from './visible.ts';
