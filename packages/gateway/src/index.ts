/**
 * The gateway: enforces on every MCP call what was reviewed in Git, and records it.
 *
 * @module
 */
export {
  type ApprovalDetail,
  type ApprovalSummary,
  approvalDetailSchema,
  approvalListSchema,
  auditSearchSchema,
  createdTokenSchema,
  problemSchema,
  type Status,
  statusSchema,
  tokenInfoSchema,
  tokenListSchema,
  verificationSchema,
} from './admin/wire.ts';
export type { StoredRecord } from './audit/record.ts';
export { parseHead, printHead } from './audit/record.ts';
export { openStopped, verifySource } from './audit/stopped.ts';
export type { Verification } from './audit/verify.ts';
export { type ExportVerification, verifyExport } from './audit/verify-export.ts';
export { bundleFolder } from './bundle/folder.ts';
export type { BundleSnapshot, BundleSource } from './bundle/source.ts';
export { startGateway } from './gateway.ts';
export { makeFileToken, type TokenFileEntry, tokenFileSchema } from './identity/token-file.ts';
export { createKeys } from './keys/create.ts';
export { openKeys } from './keys/keys.ts';
export type { LogLevel } from './log.ts';
export type { GatewayOptions, RunningGateway } from './options.ts';
export { environmentVault } from './secrets/environment-vault.ts';
export type { SecretAnswer, SecretSource } from './secrets/source.ts';
export { inspectServer } from './upstream/inspect.ts';
export type { Launch } from './upstream/launch.ts';
export type { Definition, Offering } from './upstream/offering.ts';
