import { hash } from 'node:crypto';
import { canonicalJson, type Decided, matchesGlob, printClause } from '@lockstep/model/internal';
import type { Json, NewRecord, Outcome, RecordRef } from '@lockstep/model/record';
import { blankSecrets } from '@lockstep/model/secret-detector';
import { redactArguments } from '../audit/redact.ts';
import type { Caller } from '../identity/sign-in.ts';
import type { Keys } from '../keys/keys.ts';
import type { Policy } from '../policy/policy.ts';
import type { RequestId } from '../protocol/json-rpc.ts';
import type { RefusalKind } from './refusal.ts';
import type { Use } from './server-methods.ts';

/** An audit record in the making. */
type Draft = { -readonly [Key in keyof NewRecord]?: NewRecord[Key] } & { environment: string };

/** Longest recorded error, in characters: an error may quote names that a client made up. */
const maxError = 2000;
/** Longest recorded arguments, in characters of JSON; the commitment covers all of them in any case. */
const maxArguments = 65_536;

/**
 * What the audit will say about one request, and how far the request came. The stages report what they find, and the
 * recording decides what to write.
 */
export class RequestRecord {
  readonly #draft: Draft;
  /** The id that the answer needs; absent until the message is read, and for notifications. */
  id: RequestId | undefined;
  /** Whether the gateway serves the method. */
  isServed = false;
  use: Use | undefined;
  /** The durable record of a mutating call, once there is one. */
  intent: RecordRef | undefined;
  refusal: RefusalKind | 'sign-in' | 'rejected' | undefined;

  constructor({ config, digest }: Policy) {
    this.#draft = { environment: config.environment, bundle: digest };
  }

  get method(): string | undefined {
    return this.#draft.method;
  }

  get era(): string | undefined {
    return this.#draft.era;
  }

  get client(): NewRecord['client'] {
    return this.#draft.client;
  }

  get decision(): NewRecord['decision'] {
    return this.#draft.decision;
  }

  get outcome(): Outcome | undefined {
    return this.#draft.outcome;
  }

  /** The duration in milliseconds; 0 until the request is over. */
  get durationMs(): number {
    return this.#draft.durationMs ?? 0;
  }

  calledBy({ principal, credential }: Caller): void {
    this.#draft.principal = principal;
    if (credential !== undefined) this.#draft.credential = credential.tokenId;
  }

  /** Notes that an invalid token was presented, with its id if the token is known. */
  presented(tokenId: string | undefined): void {
    if (tokenId !== undefined) this.#draft.credential = tokenId;
  }

  asks(method: string, id: RequestId | undefined): void {
    this.#draft.method = method.slice(0, 100);
    if (id !== undefined) this.id = id;
  }

  tracedBy(traceId: string | undefined): void {
    if (traceId !== undefined) this.#draft.traceId = traceId;
  }

  spokenIn(era: 'legacy' | 'modern', client?: NewRecord['client']): void {
    this.#draft.era = era;
    if (client !== undefined) this.#draft.client = client;
  }

  uses(use: Use): void {
    this.use = use;
    this.#draft.server = use.server.name;
    this.#draft.source = use.server.source;
    this.#draft.target = use.text;
    if (use.item !== undefined) this.#draft.toolDigest = use.item.digest;
    if (use.reason !== undefined) this.#draft.reason = use.reason;
  }

  decided({ decision, because, clause }: Decided): void {
    this.#draft.decision = decision.type;
    this.#draft.because = because;
    if (clause !== undefined) this.#draft.clause = printClause(clause);
  }

  approvedBy(approval: string): void {
    this.#draft.approval = approval;
  }

  /** Notes how a server answered. */
  answered(outcome: Outcome, result: { bytes: number; hash: string } | { error: string }): void {
    this.#draft.outcome = outcome;
    if ('error' in result) {
      this.#draft.error = shortened(result.error);
      return;
    }
    this.#draft.resultBytes = result.bytes;
    this.#draft.resultHash = result.hash;
  }

  /** Notes that a stage ended the request. */
  refused(refusal: RequestRecord['refusal'], outcome: Outcome, sentence: string): void {
    this.refusal = refusal;
    this.#draft.outcome = outcome;
    this.#draft.error = shortened(sentence);
    if (refusal === 'quarantined') this.#draft.because = 'quarantined';
  }

  /** Notes that the gateway itself failed; what was sent may have acted. */
  failed(sentence: string): void {
    this.#draft.outcome = this.intent === undefined ? 'error' : 'unknown';
    this.#draft.error = shortened(sentence);
  }

  /** @param started the value of `performance.now()` at the start. */
  ended(started: number): void {
    this.#draft.outcome ??= 'ok';
    this.#draft.durationMs = Math.round((performance.now() - started) * 1000) / 1000;
  }

  /** What is known so far, for the record of a requested approval. */
  soFar(use: Use, policy: Policy, keys: Keys): Draft {
    return { ...this.#draft, ...describeArguments(use, policy, keys) };
  }

  /** The record that is durable before a mutating call is forwarded; later records don't repeat the arguments. */
  toIntent(use: Use, policy: Policy, keys: Keys): NewRecord {
    return complete(this.soFar(use, policy, keys), 'intent');
  }

  /** The record of a finished request; nothing may be reported after this. */
  toRecord(policy: Policy, keys: Keys): NewRecord {
    const draft = this.#draft;
    if (this.intent !== undefined) {
      const { writer, epoch, seq } = this.intent;
      draft.intent = { writer, epoch, seq };
      return complete(draft, 'outcome');
    }
    if (this.refusal === 'sign-in') return complete(draft, 'signin.refused');
    if (this.use !== undefined) {
      const described = describeArguments(this.use, policy, keys);
      draft.arguments = described.arguments;
      draft.commitment = described.commitment;
      draft.salt = described.salt;
    }
    return complete(draft, 'call');
  }
}

/** Blanks secrets before it shortens the text, since half a secret would not be recognized. */
function shortened(text: string): string {
  return blankSecrets(text.slice(0, 2 * maxError)).slice(0, maxError);
}

function complete(draft: Draft, kind: NewRecord['kind']): NewRecord {
  draft.kind = kind;
  draft.time = new Date().toISOString();
  return draft as NewRecord;
}

/** Recorded arguments: redacted, with a salted commitment to the original. */
function describeArguments(
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
      canonical.length > maxArguments
        ? { '[too large to record]': canonical.length }
        : redactArguments(use.args as Json, use.item?.definition.inputSchema, pointers),
    commitment: `sha256:${hash('sha256', salt + canonical)}`,
    salt: sealed,
  };
}
