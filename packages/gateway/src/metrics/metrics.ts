import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { FollowedArchive } from '../archive/archive.ts';
import type { SecretStatus } from '../secrets/header-credentials.ts';
import type { ServerHealth } from '../upstream/upstreams.ts';

/** Seconds: the boundaries that OpenTelemetry recommends for MCP. Source: semantic-conventions-genai, MCP metrics. */
const buckets = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** One finished request. The bundle bounds its labels: names that a client made up are left out. */
interface Finished {
  readonly method: string;
  readonly server: string;
  readonly tool: string;
  readonly outcome: string;
  readonly seconds: number;
}

/** What `/metrics` shows. */
export interface Metrics {
  finished(call: Finished): void;
  decided(server: string, tool: string, decision: string): void;
  /** @param accessClass the tool's access class; empty if there is none. */
  refused(server: string, tool: string, kind: string, accessClass: string): void;
  signInRefused(): void;
  /** Seconds from forwarding a call to the server's answer. */
  answered(server: string, method: string, seconds: number): void;
  bundle(digest: string, accepted: boolean): void;
  text(): Promise<string>;
  readonly contentType: string;
}

/** The sources of the values that are read at each scrape. */
interface MetricSources {
  readonly health: () => readonly ServerHealth[];
  readonly approvalsWaiting: () => Promise<number>;
  /** Seconds since the oldest record that isn't acknowledged was given to the store. */
  readonly auditLag: () => number;
  /** The secrets of each server that has some in its headers. Default: none. */
  readonly secrets?: () => readonly SecretStatus[];
  readonly archive: Pick<FollowedArchive, 'lag' | 'failures'>;
}

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const on = { registers: [registry] };
  const operations = new Histogram({
    name: 'mcp_server_operation_duration_seconds',
    help: 'Duration of MCP requests as clients see them.',
    labelNames: ['mcp_method_name', 'server', 'gen_ai_tool_name', 'outcome'],
    buckets,
    ...on,
  });
  const upstream = new Histogram({
    name: 'mcp_client_operation_duration_seconds',
    help: 'Duration of the requests that the gateway forwards, until the server answers.',
    labelNames: ['mcp_method_name', 'server'],
    buckets,
    ...on,
  });
  const decisions = new Counter({
    name: 'lockstep_decisions_total',
    help: 'Decisions of the permission table.',
    labelNames: ['server', 'tool', 'decision'],
    ...on,
  });
  const refusals = new Counter({
    name: 'lockstep_refusals_total',
    help: 'Requests that were not carried out, by kind.',
    labelNames: ['server', 'tool', 'kind', 'class'],
    ...on,
  });
  const signIns = new Counter({
    name: 'lockstep_signin_refusals_total',
    help: 'Requests with no credential or an invalid one.',
    ...on,
  });
  const info = new Gauge({
    name: 'lockstep_bundle_info',
    help: 'The bundle in force, by its digest.',
    labelNames: ['digest'],
    ...on,
  });
  const rejected = new Counter({
    name: 'lockstep_bundle_rejections_total',
    help: 'Changed bundles that the gateway rejected.',
    ...on,
  });
  observeSources(sources, on);
  const operation = remembered((method, server, tool, outcome) =>
    operations.labels(method, server, tool, outcome),
  );
  const forwarded = remembered((method, server) => upstream.labels(method, server));
  const decided = remembered((server, tool, decision) => decisions.labels(server, tool, decision));
  return {
    finished: ({ method, server, tool, outcome, seconds }) =>
      operation(method, server, tool, outcome).observe(seconds),
    decided: (server, tool, decision) => decided(server, tool, decision).inc(),
    refused: (server, tool, kind, accessClass) => refusals.inc({ server, tool, kind, class: accessClass }),
    signInRefused: () => signIns.inc(),
    answered: (server, method, seconds) => forwarded(method, server).observe(seconds),
    bundle(digest, accepted) {
      if (!accepted) return rejected.inc();
      info.reset();
      info.set({ digest }, 1);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Caches lookups by label values, since the library sorts and joins them on every call. */
function remembered<T>(find: (...values: string[]) => T): (...values: string[]) => T {
  const known: Labelled<T> = { children: new Map() };
  return (...values) => {
    let place = known;
    for (const value of values) {
      let next = place.children.get(value);
      if (next === undefined) {
        next = { children: new Map() };
        place.children.set(value, next);
      }
      place = next;
    }
    place.found ??= find(...values);
    return place.found;
  };
}

/** A tree by label values: joining them into a key would cost more than the lookups. */
interface Labelled<T> {
  readonly children: Map<string, Labelled<T>>;
  found?: T;
}

function observeSources(
  { health, approvalsWaiting, auditLag, archive, secrets = () => [] }: MetricSources,
  on: { registers: Registry[] },
): void {
  new Gauge({
    name: 'lockstep_approvals_waiting',
    help: 'Approvals that wait for humans.',
    ...on,
    async collect() {
      this.set(await approvalsWaiting());
    },
  });
  new Gauge({
    name: 'lockstep_audit_lag_seconds',
    help: 'Age of the oldest audit record that the store has not acknowledged.',
    ...on,
    collect() {
      this.set(auditLag());
    },
  });
  observeArchive(archive, on);
  new Gauge({
    name: 'lockstep_secret_age_seconds',
    help: "Seconds since the secrets in a server's headers were last read.",
    labelNames: ['server'],
    ...on,
    collect() {
      this.reset();
      for (const { server, age } of secrets()) this.set({ server }, age);
    },
  });
  new Counter({
    name: 'lockstep_secret_errors_total',
    help: "How often the secrets in a server's headers could not be read.",
    labelNames: ['server'],
    ...on,
    collect() {
      this.reset();
      for (const { server, errors } of secrets()) this.inc({ server }, errors);
    },
  });
  perServer('lockstep_server_up', 'Whether a server answers.', ({ state }) => (state === 'ready' ? 1 : 0));
  perServer('lockstep_server_processes', 'Processes or sessions of a server.', ({ processes }) => processes);
  perServer(
    'lockstep_server_restarts',
    "Restarts of a server's processes since the gateway started.",
    ({ restarts }) => restarts,
  );
  perServer(
    'lockstep_quarantined_items',
    'Tools, prompts and templates that differ from their pinned release.',
    ({ quarantined }) => quarantined,
  );

  function perServer(name: string, help: string, value: (server: ServerHealth) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['server'],
      ...on,
      collect() {
        this.reset();
        for (const server of health()) this.set({ server: server.server }, value(server));
      },
    });
  }
}

function observeArchive(
  { lag, failures }: Pick<FollowedArchive, 'lag' | 'failures'>,
  on: { registers: Registry[] },
): void {
  new Gauge({
    name: 'lockstep_archive_lag_records',
    help: 'Audit records that the archive does not have yet.',
    ...on,
    async collect() {
      this.set(await lag());
    },
  });
  new Counter({
    name: 'lockstep_archive_failures_total',
    help: 'Failed attempts to archive audit records.',
    ...on,
    collect() {
      this.reset();
      this.inc(failures());
    },
  });
}
