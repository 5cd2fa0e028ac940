import type { Series } from './series.ts';
import type { Thresholds } from './thresholds.ts';

/** One alert. Its summary and description may quote labels, as in `{{ $labels.server }}`. */
export interface Alert {
  /** The name, which is also the heading of its runbook in docs/monitoring.md. */
  readonly name: string;
  readonly severity: 'critical' | 'warning';
  readonly expr: string;
  /** How many minutes `expr` must hold before the alert fires. */
  readonly minutes: number;
  readonly summary: string;
  readonly description: string;
  /** The label of `expr` that names the tool, if it isn't `tool`. */
  readonly toolLabel?: string;
}

const calls = 'mcp_method_name="tools/call"';
const byTool = 'by (server, gen_ai_tool_name)';
/** A tool of a server, in a summary. */
const tool = '{{ $labels.server }}/{{ $labels.gen_ai_tool_name }}';

/** All alerts except the one on the bundle's digest, which is separate because it changes with every bundle. */
export function alerts(series: Series, thresholds: Thresholds): Alert[] {
  return [
    ...callAlerts(series, thresholds),
    ...serverAlerts(series, thresholds),
    ...decisionAlerts(series, thresholds),
    ...gatewayAlerts(series, thresholds),
  ];
}

function callAlerts(series: Series, { latencySeconds, failureRatio }: Thresholds): Alert[] {
  const carriedOut = 'outcome=~"ok|tool_error|error|unknown"';
  const failed = 'outcome=~"tool_error|error|unknown"';
  const counted = (outcome: string) => series('mcp_server_operation_duration_seconds_count', calls, outcome);
  const buckets = series('mcp_server_operation_duration_seconds_bucket', calls, carriedOut);
  return [
    {
      name: 'LockstepSlowCalls',
      severity: 'warning',
      expr: `histogram_quantile(0.99, sum by (server, gen_ai_tool_name, le) (rate(${buckets}[10m]))) > ${latencySeconds}`,
      minutes: 10,
      summary: `Calls of ${tool} are slow.`,
      description: `The 99th percentile of the calls of ${tool} is {{ $value | humanizeDuration }}; at most ${latencySeconds}s is expected.`,
      toolLabel: 'gen_ai_tool_name',
    },
    {
      name: 'LockstepFailingCalls',
      severity: 'warning',
      expr: [
        `sum ${byTool} (rate(${counted(failed)}[10m])) / sum ${byTool} (rate(${counted(carriedOut)}[10m])) > ${failureRatio}`,
        // A single failure of a rarely called tool isn't a trend.
        `and sum ${byTool} (increase(${counted(failed)}[10m])) > 4`,
      ].join(' '),
      minutes: 5,
      summary: `Calls of ${tool} fail.`,
      description: `{{ $value | humanizePercentage }} of the calls of ${tool} failed in the last ten minutes: with an error, or without an answer.`,
      toolLabel: 'gen_ai_tool_name',
    },
  ];
}

function serverAlerts(series: Series, { serverDownMinutes, secretAgeSeconds }: Thresholds): Alert[] {
  return [
    {
      name: 'LockstepServerDown',
      severity: 'critical',
      expr: `max by (server) (${series('lockstep_server_up')}) == 0`,
      minutes: serverDownMinutes,
      summary: 'Server {{ $labels.server }} is down.',
      description: `The gateway hasn't reached {{ $labels.server }} for ${serverDownMinutes} minutes; all its tools are refused as unavailable.`,
    },
    {
      name: 'LockstepQuarantine',
      severity: 'critical',
      expr: `max by (server) (${series('lockstep_quarantined_items')}) > 0`,
      minutes: 1,
      summary: 'Server {{ $labels.server }} offers something other than what people reviewed.',
      description:
        '{{ $value }} tools, prompts or templates of {{ $labels.server }} differ from the pinned release and are refused.',
    },
    {
      name: 'LockstepSecretsFailing',
      severity: 'warning',
      expr: `sum by (server) (increase(${series('lockstep_secret_errors_total')}[10m])) > 3`,
      minutes: 5,
      summary: "The secrets of {{ $labels.server }} can't be read.",
      description:
        "Vault refuses or doesn't answer when the gateway reads the headers of {{ $labels.server }}; it keeps using the last values until they expire.",
    },
    {
      name: 'LockstepSecretsStale',
      severity: 'critical',
      expr: `max by (server) (${series('lockstep_secret_age_seconds')}) > ${secretAgeSeconds}`,
      minutes: 1,
      summary: 'The secrets of {{ $labels.server }} are about to expire.',
      description:
        'The headers of {{ $labels.server }} were last read from Vault {{ $value | humanizeDuration }} ago; after an hour, or when their lease ends, its calls are refused.',
    },
  ];
}

function decisionAlerts(
  series: Series,
  { approvalMinutes, refusedWrites, refusedSignIns }: Thresholds,
): Alert[] {
  const refused = series('lockstep_refusals_total', 'kind="refused"', 'class=~"write|destructive"');
  return [
    {
      name: 'LockstepApprovalsWaiting',
      severity: 'warning',
      expr: `max(${series('lockstep_approvals_waiting')}) > 0`,
      minutes: approvalMinutes,
      summary: 'Approvals wait for a human.',
      description: `For ${approvalMinutes} minutes, at least one call has been waiting at any time; waiting now: {{ $value }}.`,
    },
    {
      name: 'LockstepRefusedWrites',
      severity: 'warning',
      expr: `sum by (server, tool) (increase(${refused}[10m])) > ${refusedWrites}`,
      minutes: 0,
      summary: 'Agents keep trying {{ $labels.server }}/{{ $labels.tool }}, which is refused.',
      description:
        '{{ $value | humanize }} calls of {{ $labels.server }}/{{ $labels.tool }}, which changes things, were refused in ten minutes.',
    },
    {
      name: 'LockstepRefusedSignIns',
      severity: 'warning',
      expr: `sum(increase(${series('lockstep_signin_refusals_total')}[10m])) > ${refusedSignIns}`,
      minutes: 0,
      summary: 'Many requests have no credential or an invalid one.',
      description: '{{ $value | humanize }} requests were refused at sign-in in ten minutes.',
    },
  ];
}

function gatewayAlerts(series: Series, { auditLagSeconds }: Thresholds): Alert[] {
  return [
    {
      name: 'LockstepGatewayDown',
      severity: 'critical',
      expr: `absent(${series('lockstep_bundle_info')})`,
      minutes: 5,
      summary: "The gateway is down, or isn't scraped.",
      description: 'No metrics came from the gateway for five minutes; no other alert can fire meanwhile.',
    },
    {
      name: 'LockstepAuditLag',
      severity: 'critical',
      expr: `max(${series('lockstep_audit_lag_seconds')}) > ${auditLagSeconds}`,
      minutes: 1,
      summary: "The audit can't keep up.",
      description:
        'An audit record has waited {{ $value | humanizeDuration }} for the disk; answers wait with it.',
    },
    {
      name: 'LockstepArchiveFailing',
      severity: 'warning',
      expr: `sum(increase(${series('lockstep_archive_failures_total')}[15m])) > 3`,
      minutes: 5,
      summary: "Audit records don't reach the archive.",
      description: '{{ $value | humanize }} attempts to archive audit records failed in fifteen minutes.',
    },
    {
      name: 'LockstepBundleRejected',
      severity: 'critical',
      expr: `sum(increase(${series('lockstep_bundle_rejections_total')}[15m])) > 0`,
      minutes: 0,
      summary: 'A changed bundle was rejected.',
      description: 'The gateway rejected the deployed bundle and keeps enforcing the previous one.',
    },
  ];
}

/** Compares the digest in force with the deployed one. */
export function bundleAlert(series: Series, { bundleMinutes }: Thresholds, digest: string): Alert {
  const others = series('lockstep_bundle_info', `digest!=${JSON.stringify(digest)}`);
  return {
    name: 'LockstepUnexpectedBundle',
    severity: 'critical',
    expr: `max by (digest) (${others}) == 1`,
    minutes: bundleMinutes,
    summary: 'The gateway enforces a bundle other than the deployed one.',
    description: `{{ $labels.digest }} is in force, although ${digest} was deployed at least ${bundleMinutes} minutes ago.`,
  };
}
