import { hash } from 'node:crypto';
import { canonicalJson, matchesGlob } from '@lockstep/model/internal';
import type { Json, NewRecord, Outcome } from '@lockstep/model/record';
import { redactArguments } from '../audit/redact.ts';
import type { Keys } from '../keys/keys.ts';
import type { Policy } from '../policy/policy.ts';
import type { Reply } from '../protocol/json-rpc.ts';
import type { Context } from './context.ts';
import type { Answer, Draft, Received, Use } from './exchange.ts';
import { Refusal, type RefusalKind, Rejected, replyTo } from './refusal.ts';
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

/** Longest error that is recorded, in characters: it may quote names that a client made up. */
const longestError = 2000;

/**
 * Runs a request and records how it went before its answer leaves; what can't be recorded isn't answered. Turns
 * whatever the stages threw into the answer that the client gets.
 */
export async function recorded(
  received: Received,
  context: Context,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const { draft } = received;
  const started = performance.now();
  let answer: Answer;
  try {
    answer = await run();
    draft.outcome ??= 'ok';
  } catch (error) {
    answer = failed(error, received, context);
  }
  draft.durationMs = Math.round((performance.now() - started) * 1000) / 1000;
  if (isUnremarkable(draft)) return answer;
  measure(received, context);
  try {
    await context.store.append(recordOf(received, context), 'written');
    return answer;
  } catch (error) {
    context.log.error({ error: String(error) }, 'an answer was withheld: it could not be recorded');
    return toAnswer(
      new Refusal(
        'internal',
        'The answer was withheld because it could not be recorded; tell whoever runs this gateway.',
      ),
      received,
    );
  }
}

/** What a stage threw, as the record and the client are told. */
function failed(error: unknown, received: Received, context: Context): Answer {
  const { draft, story } = received;
  if (error instanceof Refusal) {
    draft.outcome = outcomes[error.kind];
    draft.error = error.sentence.slice(0, longestError);
    if (error.kind === 'quarantined') draft.because = 'quarantined';
    story.refusal = error.kind;
    return toAnswer(error, received);
  }
  if (error instanceof Rejected) {
    draft.outcome = 'refused';
    draft.error = error.error.message.slice(0, longestError);
    story.refusal = error.status === 401 ? 'sign-in' : 'rejected';
    return { status: error.status, headers: error.headers, reply: { error: error.error } };
  }
  context.log.error(
    { error: error instanceof Error ? error.stack : String(error) },
    'a request failed inside the gateway',
  );
  draft.outcome = story.intent === undefined ? 'error' : 'unknown';
  draft.error = 'The gateway failed on this request.';
  return toAnswer(new Refusal('internal', 'The gateway failed on this request; its log says why.'), received);
}

function toAnswer(refusal: Refusal, { draft }: Received): Answer {
  const reply: Reply = replyTo(refusal, draft.method ?? '');
  if ('error' in reply) return { status: 200, reply };
  return {
    status: 200,
    reply: { result: inEra(reply.result, draft.era === 'modern' ? 'modern' : 'legacy') },
  };
}

/** Chatter that decides nothing. */
function isUnremarkable({ method, outcome }: Draft): boolean {
  return outcome === 'ok' && (method === 'ping' || method?.startsWith('notifications/') === true);
}

function recordOf({ draft, story, policy }: Received, { keys }: Context): NewRecord {
  if (story.intent !== undefined) {
    const { writer, epoch, seq } = story.intent;
    const { arguments: _kept, commitment: _in, salt: _intent, ...rest } = draft;
    return complete(Object.assign(rest, { intent: { writer, epoch, seq } }), 'outcome');
  }
  if (story.refusal === 'sign-in') return complete(draft, 'signin.refused');
  if (story.use !== undefined) {
    const described = describeArguments(story.use, policy, keys);
    draft.arguments = described.arguments;
    draft.commitment = described.commitment;
    draft.salt = described.salt;
  }
  return complete(draft, 'call');
}

/** Makes a record of a draft, which is no longer a draft then. */
export function complete(draft: Draft, kind: NewRecord['kind']): NewRecord {
  draft.kind = kind;
  draft.time = new Date().toISOString();
  return draft as NewRecord;
}

/** Longest arguments that are recorded, in characters of JSON; the commitment covers all of them in any case. */
const longestRecorded = 65_536;

/** Arguments as they are recorded: redacted, with a salted commitment to the original. */
export function describeArguments(
  use: Use,
  policy: Policy,
  keys: Keys,
): Pick<NewRecord, 'arguments' | 'commitment' | 'salt'> {
  const pointers = policy.config.settings.redact
    .filter(({ tools }) => matchesGlob(tools, use.text))
    .flatMap((rule) => rule.pointers);
  const canonical = canonicalJson(use.args);
  const { salt, sealed } = keys.newSalt();
  return {
    arguments:
      canonical.length > longestRecorded
        ? { '[too large to record]': canonical.length }
        : redactArguments(use.args as Json, use.item?.definition.inputSchema, pointers),
    commitment: `sha256:${hash('sha256', salt + canonical)}`,
    salt: sealed,
  };
}

function measure({ draft, story }: Received, { metrics }: Context): void {
  const server = story.use?.server.name ?? '';
  const tool = story.use?.item?.target.kind === 'tool' ? story.use.item.target.name : '';
  if (story.refusal === 'sign-in') metrics.signInRefused();
  else if (story.refusal !== undefined)
    metrics.refused(server, tool, story.refusal, story.use?.item?.class ?? '');
  if (draft.decision !== undefined) metrics.decided(server, tool, draft.decision);
  metrics.finished({
    method: story.known ? (draft.method ?? '') : 'unknown',
    server,
    tool,
    outcome: draft.outcome ?? 'ok',
    seconds: (draft.durationMs ?? 0) / 1000,
  });
}
