import type { Outcome } from '@lockstep/model/record';
import type { GatewayContext } from './context.ts';
import type { Answer, Received } from './exchange.ts';
import { HttpRejection, type RefusalKind, replyTo, ToolRefusal } from './refusal.ts';
import type { RequestRecord } from './request-record.ts';
import { inEra } from './shape.ts';

const outcomes: Readonly<Record<RefusalKind, Outcome>> = {
  refused: 'refused',
  waiting: 'waiting',
  quarantined: 'refused',
  invalid: 'refused',
  unavailable: 'error',
  unknown: 'unknown',
  cancelled: 'cancelled',
  internal: 'error',
};

/**
 * Runs a request and records how it went before its answer leaves; without a record there is no answer. Turns whatever
 * the stages throw into the client's answer.
 */
export async function recorded(
  received: Received,
  context: GatewayContext,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const { record, policy } = received;
  const started = performance.now();
  let answer: Answer;
  try {
    answer = await run();
  } catch (error) {
    answer = failed(error, record, context);
  }
  record.ended(started);
  if (isUnremarkable(record)) return answer;
  measure(record, context);
  try {
    await context.store.append(record.toRecord(policy, context.keys), 'written');
    return answer;
  } catch (error) {
    context.log.error({ error: String(error) }, 'an answer was withheld: it could not be recorded');
    return toAnswer(
      new ToolRefusal(
        'internal',
        'The answer was withheld because it could not be recorded; tell the people who run this gateway.',
      ),
      record,
    );
  }
}

/** Reports what a stage threw to the record and to the client. */
function failed(error: unknown, record: RequestRecord, context: GatewayContext): Answer {
  if (error instanceof ToolRefusal) {
    record.refused(error.kind, outcomes[error.kind], error.message);
    return toAnswer(error, record);
  }
  if (error instanceof HttpRejection) {
    record.refused(error.status === 401 ? 'sign-in' : 'rejected', 'refused', error.message);
    return { status: error.status, headers: error.headers, reply: { error: error.error } };
  }
  context.log.error(
    { error: error instanceof Error ? error.stack : String(error) },
    'a request failed inside the gateway',
  );
  record.failed('The gateway failed to answer this request.');
  return toAnswer(
    new ToolRefusal('internal', 'The gateway failed to answer this request; see its log.'),
    record,
  );
}

function toAnswer(refusal: ToolRefusal, { method, era }: RequestRecord): Answer {
  const reply = replyTo(refusal, method ?? '');
  if ('error' in reply) return { status: 200, reply };
  return { status: 200, reply: { result: inEra(reply.result, era === 'modern' ? 'modern' : 'legacy') } };
}

/** Whether the request decides nothing and needs no record. */
function isUnremarkable({ method, outcome }: RequestRecord): boolean {
  return outcome === 'ok' && (method === 'ping' || method?.startsWith('notifications/') === true);
}

function measure(record: RequestRecord, { metrics }: GatewayContext): void {
  const { use, refusal, decision } = record;
  const server = use?.server.name ?? '';
  const tool = use?.item?.target.kind === 'tool' ? use.item.target.name : '';
  if (refusal === 'sign-in') metrics.signInRefused();
  else if (refusal !== undefined) metrics.refused(server, tool, refusal, use?.item?.class ?? '');
  if (decision !== undefined) metrics.decided(server, tool, decision);
  metrics.finished({
    method: record.isServed ? (record.method ?? '') : 'unknown',
    server,
    tool,
    outcome: record.outcome ?? 'ok',
    seconds: record.durationMs / 1000,
  });
}
