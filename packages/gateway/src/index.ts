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
  createdTokenSchema,
  problemSchema,
  type Status,
  statusSchema,
  tokenInfoSchema,
  tokenListSchema,
} from './admin/wire.ts';
export { type BundleSource, bundleFolder } from './bundle/folder.ts';
export { startGateway } from './gateway.ts';
export type { LogLevel } from './log.ts';
export type { GatewayOptions, RunningGateway } from './options.ts';
export type { Launch } from './upstream/launch.ts';
export type { Definition, Offering } from './upstream/offering.ts';
