import type { Series } from './series.ts';

/** One panel of the dashboard. */
export interface Panel {
  readonly title: string;
  /** `stat` shows the current value, `timeseries` how it changed. */
  readonly type: 'stat' | 'timeseries';
  /** Grafana's name of the unit. */
  readonly unit: 'short' | 's' | 'percentunit' | 'bytes' | 'reqps';
  /** How many of the grid's 24 columns it takes. */
  readonly width: 4 | 8 | 12;
  readonly queries: readonly Query[];
  /** Shows the names of the lines instead of their values. Default: false. */
  readonly names?: boolean;
}

interface Query {
  readonly expr: string;
  /** The name of a line, made of its labels: `{{server}}`. */
  readonly legend: string;
}

/** The dashboard's variable: one server, several or all. */
const picked = 'server=~"$server"';
const calls = 'mcp_method_name="tools/call"';

/** What an on-call engineer looks at, from the whole environment to a single server. */
export function panels(series: Series): Panel[] {
  return [...overview(series), ...traffic(series), ...servers(series), ...gateway(series)];
}

function overview(series: Series): Panel[] {
  const stat = (title: string, expr: string, unit: Panel['unit'] = 'short'): Panel => ({
    title,
    type: 'stat',
    unit,
    width: 4,
    queries: [{ expr, legend: '' }],
  });
  const bundle = { expr: series('lockstep_bundle_info'), legend: '{{digest}}' };
  return [
    stat('Servers down', `count(${series('lockstep_server_up')} == 0) or vector(0)`),
    stat('Quarantined', `sum(${series('lockstep_quarantined_items')})`),
    stat('Approvals waiting', `max(${series('lockstep_approvals_waiting')})`),
    stat('Audit lag', `max(${series('lockstep_audit_lag_seconds')})`, 's'),
    stat('Oldest secret', `max(${series('lockstep_secret_age_seconds')})`, 's'),
    { title: 'Bundle in force', type: 'stat', unit: 'short', width: 4, queries: [bundle], names: true },
  ];
}

function traffic(series: Series): Panel[] {
  const counted = (...conditions: string[]) =>
    series('mcp_server_operation_duration_seconds_count', calls, picked, ...conditions);
  const rate = (selected: string) => `rate(${selected}[$__rate_interval])`;
  const failed = rate(counted('outcome=~"tool_error|error|unknown"'));
  const buckets = series(
    'mcp_server_operation_duration_seconds_bucket',
    calls,
    picked,
    'outcome=~"ok|tool_error|error|unknown"',
  );
  const forwarded = series('mcp_client_operation_duration_seconds_bucket', calls, picked);
  return [
    course('Calls by server', 'reqps', `sum by (server) (${rate(counted())})`, '{{server}}'),
    course('Calls by outcome', 'reqps', `sum by (outcome) (${rate(counted())})`, '{{outcome}}'),
    course(
      'Failure ratio by server',
      'percentunit',
      `sum by (server) (${failed}) / sum by (server) (${rate(counted())})`,
      '{{server}}',
    ),
    course(
      '99th percentile by tool, as clients see it',
      's',
      `histogram_quantile(0.99, sum by (server, gen_ai_tool_name, le) (${rate(buckets)}))`,
      '{{server}}/{{gen_ai_tool_name}}',
    ),
    course(
      '99th percentile by server, without the gateway',
      's',
      `histogram_quantile(0.99, sum by (server, le) (${rate(forwarded)}))`,
      '{{server}}',
    ),
    course(
      'Decisions',
      'reqps',
      `sum by (decision) (${rate(series('lockstep_decisions_total', picked))})`,
      '{{decision}}',
    ),
    course(
      'Refusals by reason',
      'reqps',
      `sum by (kind, class) (${rate(series('lockstep_refusals_total'))})`,
      '{{kind}} {{class}}',
    ),
    course('Refused sign-ins', 'reqps', `sum(${rate(series('lockstep_signin_refusals_total'))})`, 'sign-ins'),
  ];
}

function servers(series: Series): Panel[] {
  const each = (title: string, name: string, unit: Panel['unit'] = 'short') =>
    course(title, unit, `max by (server) (${series(name, picked)})`, '{{server}}');
  return [
    each('Up', 'lockstep_server_up'),
    each('Quarantined items', 'lockstep_quarantined_items'),
    each('Processes or sessions', 'lockstep_server_processes'),
    each('Restarts', 'lockstep_server_restarts'),
    each('Age of secrets in headers', 'lockstep_secret_age_seconds', 's'),
  ];
}

function gateway(series: Series): Panel[] {
  // Other processes in the namespace also have these metrics.
  const own = (name: string) => `${series(name)} and on (instance) ${series('lockstep_bundle_info')}`;
  return [
    course('Memory', 'bytes', own('process_resident_memory_bytes'), 'resident'),
    course('Event loop lag', 's', own('nodejs_eventloop_lag_p99_seconds'), '99th percentile'),
    course('Audit records not archived', 'short', series('lockstep_archive_lag_records'), 'records'),
  ];
}

function course(title: string, unit: Panel['unit'], expr: string, legend: string): Panel {
  return { title, type: 'timeseries', unit, width: 8, queries: [{ expr, legend }] };
}
