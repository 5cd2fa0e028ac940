import { isDeepStrictEqual } from 'node:util';
import { isRecord, type Release } from '@lockstep/model/internal';
import type { Item } from '../policy/policy.ts';
import { UpstreamError } from '../upstream/transport/transport.ts';
import type { GatewayContext } from './context.ts';
import { add, type Committed, type Forwarded } from './exchange.ts';
import { ToolRefusal } from './refusal.ts';
import { refuseQuarantined } from './refuse-quarantined.ts';

/** Sends what was decided on, once. A call that may have acted is never sent again. */
export async function forward(
  committed: Committed,
  { upstreams, metrics }: GatewayContext,
): Promise<Forwarded> {
  const { use, isolationKey, signal, notify, paramHeaders, session, message } = committed;
  const params = { ...use.params, ...metaOf(committed) };
  const started = performance.now();
  const { id } = message;
  if (id !== undefined) session?.inFlight.set(id, signal);
  try {
    const answer = await upstreams.request(
      use.server.name,
      isolationKey,
      { method: use.method, params },
      {
        signal,
        timeoutSeconds: use.server.definition.timeouts.call,
        // The call may have started a process, or opened a session, whose definitions differ.
        beforeSend: () => {
          refuseReplaced(use, upstreams);
          refuseQuarantined(use, upstreams);
        },
        onNotification: notify,
        paramHeaders,
      },
    );
    metrics.answered(use.server.name, use.method, (performance.now() - started) / 1000);
    return add(committed, { answer });
  } catch (error) {
    if (error instanceof UpstreamError) throw refusalOf(error, committed);
    throw error;
  } finally {
    // A later call may have taken the same id.
    if (id !== undefined && session?.inFlight.get(id) === signal) session.inFlight.delete(id);
  }
}

/** Ends a call if its server has been replaced since it was decided on: it would reach the new server. */
function refuseReplaced(
  { server, item, text }: Committed['use'],
  upstreams: GatewayContext['upstreams'],
): void {
  const now = upstreams.release(server.name);
  if (now === server.release) return;
  const digests = [now, server.release].map((release) => release && digestIn(release, item));
  if (isDeepStrictEqual(now?.source, server.release.source) && digests[0] === digests[1]) return;
  throw new ToolRefusal(
    'unavailable',
    `${text} was not called: a new bundle has just replaced its server; call it again.`,
    {
      target: text,
    },
  );
}

function digestIn(release: Release, item: Item | undefined): string | undefined {
  if (item === undefined) return undefined;
  const { kind, name } = item.target;
  const list = { tool: release.tools, prompt: release.prompts, resource: release.resourceTemplates }[kind];
  return Object.hasOwn(list, name) ? list[name]?.digest : undefined;
}

/**
 * The part of the client's `_meta` that reaches the server: progress, and tracing in its standard forms. Calls that
 * people approved carry no values that a client chooses freely, because the people didn't see them.
 */
function metaOf({ message, approval }: Committed): { _meta?: Record<string, unknown> } {
  const meta = message.params._meta;
  if (!isRecord(meta)) return {};
  const kept = Object.entries(forwardedMeta).flatMap(([key, { isOne, free }]) =>
    isOne(meta[key]) && !(free && approval !== undefined) ? [[key, meta[key]]] : [],
  );
  return kept.length === 0 ? {} : { _meta: Object.fromEntries(kept) };
}

const isText = (most: number) => (value: unknown) => typeof value === 'string' && value.length <= most;

/** Sources: MCP, "_meta"; W3C Trace Context, sections 3.2 and 3.3; W3C Baggage, section 3.3.2. */
const forwardedMeta: Readonly<Record<string, { isOne: (value: unknown) => boolean; free: boolean }>> = {
  progressToken: { isOne: (value) => Number.isSafeInteger(value) || isText(256)(value), free: false },
  traceparent: {
    isOne: (value) =>
      typeof value === 'string' && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(value),
    free: false,
  },
  tracestate: { isOne: isText(512), free: true },
  baggage: { isOne: isText(8192), free: true },
};

function refusalOf(error: UpstreamError, { use, intent }: Committed): ToolRefusal {
  const data = { target: use.text, reason: error.code };
  if (error.code === 'absent')
    return new ToolRefusal('unavailable', `${use.text} can't be called: ${error.message}.`, data);
  if (!error.sent)
    return new ToolRefusal(
      'unavailable',
      `${use.text} was not called: ${error.message}; try again later.`,
      data,
    );
  if (error.code === 'cancelled' && intent === undefined)
    return new ToolRefusal('cancelled', `${use.text} was cancelled.`, data);
  if (intent === undefined)
    return new ToolRefusal('unavailable', `${use.text} gave no answer: ${error.message}; try again.`, data);
  return new ToolRefusal(
    'unknown',
    `The outcome of ${use.text} is unknown: ${error.message}, after the call was sent. It may or may not have acted; look before you call it again (record ${intent.writer}:${intent.epoch}:${intent.seq}).`,
    { ...data, record: intent },
  );
}
