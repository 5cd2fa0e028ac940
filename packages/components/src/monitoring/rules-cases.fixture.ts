import type { RuleTest } from './promtool.fixture.ts';

/** The digest of the deployed bundle. */
export const deployed = `sha256:${'a'.repeat(64)}`;

/** A series of this gateway, and the same of another gateway. */
function series(name: string, labels: string, values: string): RuleTest['input_series'] {
  return ['mcp-prod', 'mcp-dev'].map((namespace) => ({
    series: `${name}{namespace="${namespace}"${labels === '' ? '' : `,${labels}`}}`,
    values: namespace === 'mcp-prod' ? values : '0+0x120',
  }));
}

/** When an alert fires, and what it says. */
interface Case {
  alert: string;
  /** One sample a minute. */
  input: RuleTest['input_series'];
  /** The minute at which it fires, and one at which it doesn't yet. */
  fires: number;
  quiet: number;
  labels?: Record<string, string>;
  summary: string;
  description: string;
}

const calls = 'mcp_method_name="tools/call",server="files",gen_ai_tool_name="write_file"';
const tool = { server: 'files', gen_ai_tool_name: 'write_file', tool: 'write_file' };
const count = 'mcp_server_operation_duration_seconds_count';
const bucket = 'mcp_server_operation_duration_seconds_bucket';
const other = `sha256:${'b'.repeat(64)}`;

export const cases: Case[] = [
  {
    alert: 'LockstepSlowCalls',
    input: [
      ...series(bucket, `${calls},outcome="ok",le="5"`, '0+6x60'),
      ...series(bucket, `${calls},outcome="ok",le="10"`, '0+10x60'),
      ...series(bucket, `${calls},outcome="ok",le="+Inf"`, '0+10x60'),
    ],
    quiet: 5,
    fires: 25,
    labels: tool,
    summary: 'prod: Calls of files/write_file are slow.',
    description: 'The 99th percentile of the calls of files/write_file is 9.875s; at most 5s is expected.',
  },
  {
    alert: 'LockstepFailingCalls',
    input: [
      ...series(count, `${calls},outcome="ok"`, '0+1x60'),
      ...series(count, `${calls},outcome="tool_error"`, '0+1x60'),
    ],
    quiet: 3,
    fires: 20,
    labels: tool,
    summary: 'prod: Calls of files/write_file fail.',
    description:
      '50% of the calls of files/write_file failed in the last ten minutes: with an error, or without an answer.',
  },
  {
    alert: 'LockstepServerDown',
    input: series('lockstep_server_up', 'server="files"', '1x10 0x60'),
    quiet: 12,
    fires: 20,
    labels: { server: 'files' },
    summary: 'prod: Server files is down.',
    description: "The gateway hasn't reached files for 5 minutes; all its tools are refused as unavailable.",
  },
  {
    alert: 'LockstepQuarantine',
    input: series('lockstep_quarantined_items', 'server="files"', '0x10 2x60'),
    quiet: 10,
    fires: 14,
    labels: { server: 'files' },
    summary: 'prod: Server files offers something other than what people reviewed.',
    description: '2 tools, prompts or templates of files differ from the pinned release and are refused.',
  },
  {
    alert: 'LockstepSecretsFailing',
    input: series('lockstep_secret_errors_total', 'server="docs"', '0x10 0+1x60'),
    quiet: 12,
    fires: 25,
    labels: { server: 'docs' },
    summary: "prod: The secrets of docs can't be read.",
    description:
      "Vault refuses or doesn't answer when the gateway reads the headers of docs; it keeps using the last values until they expire.",
  },
  {
    alert: 'LockstepSecretsStale',
    input: series('lockstep_secret_age_seconds', 'server="docs"', '30+60x60'),
    quiet: 9,
    fires: 20,
    labels: { server: 'docs' },
    summary: 'prod: The secrets of docs are about to expire.',
    description:
      'The headers of docs were last read from Vault 20m 30s ago; after an hour, or when their lease ends, its calls are refused.',
  },
  {
    alert: 'LockstepApprovalsWaiting',
    input: series('lockstep_approvals_waiting', '', '1x60'),
    quiet: 25,
    fires: 35,
    summary: 'prod: Approvals wait for a human.',
    description: 'For 30 minutes, at least one call has been waiting at any time; waiting now: 1.',
  },
  {
    alert: 'LockstepRefusedWrites',
    input: series(
      'lockstep_refusals_total',
      'server="files",tool="write_file",kind="refused",class="write"',
      '0x10 0+5x60',
    ),
    quiet: 10,
    fires: 20,
    labels: { server: 'files', tool: 'write_file' },
    summary: 'prod: Agents keep trying files/write_file, which is refused.',
    description: '45 calls of files/write_file, which changes things, were refused in ten minutes.',
  },
  {
    alert: 'LockstepRefusedSignIns',
    input: series('lockstep_signin_refusals_total', '', '0x10 0+20x60'),
    quiet: 10,
    fires: 20,
    summary: 'prod: Many requests have no credential or an invalid one.',
    description: '180 requests were refused at sign-in in ten minutes.',
  },
  {
    alert: 'LockstepGatewayDown',
    input: series('lockstep_bundle_info', `digest="${deployed}"`, '1x10 stale'),
    quiet: 10,
    fires: 20,
    labels: { namespace: 'mcp-prod' },
    summary: "prod: The gateway is down, or isn't scraped.",
    description: 'No metrics came from the gateway for five minutes; no other alert can fire meanwhile.',
  },
  {
    alert: 'LockstepAuditLag',
    input: series('lockstep_audit_lag_seconds', '', '0x10 6+1x60'),
    quiet: 10,
    fires: 14,
    summary: "prod: The audit can't keep up.",
    description: 'An audit record has waited 9s for the disk; answers wait with it.',
  },
  {
    alert: 'LockstepArchiveFailing',
    input: series('lockstep_archive_failures_total', '', '0x10 0+1x60'),
    quiet: 12,
    fires: 25,
    summary: "prod: Audit records don't reach the archive.",
    description: '14 attempts to archive audit records failed in fifteen minutes.',
  },
  {
    alert: 'LockstepBundleRejected',
    input: series('lockstep_bundle_rejections_total', '', '0x10 1x60'),
    quiet: 10,
    fires: 13,
    summary: 'prod: A changed bundle was rejected.',
    description: 'The gateway rejected the deployed bundle and keeps enforcing the previous one.',
  },
  {
    alert: 'LockstepUnexpectedBundle',
    input: series('lockstep_bundle_info', `digest="${other}"`, '1x60'),
    quiet: 8,
    fires: 12,
    labels: { digest: other },
    summary: 'prod: The gateway enforces a bundle other than the deployed one.',
    description: `${other} is in force, although ${deployed} was deployed at least 10 minutes ago.`,
  },
];

/** Similar series that must not fire: waiting calls, refused calls, refused reads, the right bundle. */
export const quiet: Pick<Case, 'alert' | 'input'>[] = [
  { alert: 'LockstepSlowCalls', input: series(bucket, `${calls},outcome="waiting",le="+Inf"`, '0+10x60') },
  { alert: 'LockstepFailingCalls', input: series(count, `${calls},outcome="refused"`, '0+9x60') },
  {
    alert: 'LockstepRefusedWrites',
    input: series(
      'lockstep_refusals_total',
      'server="files",tool="read_file",kind="refused",class="read"',
      '0+9x60',
    ),
  },
  {
    alert: 'LockstepUnexpectedBundle',
    input: series('lockstep_bundle_info', `digest="${deployed}"`, '1x60'),
  },
];
