import { errorCode, type Reply, type RpcError } from '../protocol/json-rpc.ts';

/** Why a request is refused. */
export type RefusalKind =
  /** A clause denies it, or there is no clause for it. */
  | 'refused'
  /** Humans must decide first. */
  | 'waiting'
  /** The server offers something that differs from what was reviewed. */
  | 'quarantined'
  /** The arguments don't fit the locked definition. */
  | 'invalid'
  /** The server can't be reached in time; nothing was done. */
  | 'unavailable'
  /** The request was sent and its answer was lost, so it may or may not have acted. */
  | 'unknown'
  /** Nobody waits for the answer any more, and nothing was changed. */
  | 'cancelled'
  /** The gateway itself can't go on, for example because it can't record. */
  | 'internal';

const codes: Readonly<Record<RefusalKind, number>> = {
  refused: errorCode.refused,
  waiting: errorCode.waiting,
  quarantined: errorCode.quarantined,
  invalid: errorCode.invalidParams,
  unavailable: errorCode.unavailable,
  unknown: errorCode.unknownOutcome,
  cancelled: errorCode.unavailable,
  internal: errorCode.internal,
};

/** The key in a refused result's `_meta` under which programs find what `text` says. */
const decisionMetaKey = 'lockstep/decision';
/** The key in a call's `_meta` under which an agent may give its reason. Recorded, and marked as untrusted. */
export const reasonMetaKey = 'lockstep/reason';

/** Thrown by a stage to end a request with a sentence that a model can read. */
export class ToolRefusal extends Error {
  readonly kind: RefusalKind;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(kind: RefusalKind, sentence: string, data: Readonly<Record<string, unknown>> = {}) {
    super(sentence);
    this.name = 'ToolRefusal';
    this.kind = kind;
    this.data = data;
  }
}

/** Thrown by a stage to refuse a request with an HTTP status, and with a JSON-RPC error as the body. */
export class HttpRejection extends Error {
  readonly status: number;
  readonly error: RpcError;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, error: RpcError, headers: Readonly<Record<string, string>> = {}) {
    super(error.message);
    this.name = 'HttpRejection';
    this.status = status;
    this.error = error;
    this.headers = headers;
  }
}

/** The client's answer: for a call, a refusal is a result that the model reads; for anything else it is an error. */
export function replyTo(refusal: ToolRefusal, method: string): Reply {
  const data = { ...refusal.data, kind: refusal.kind };
  if (method !== 'tools/call') {
    return {
      error: { code: codes[refusal.kind], message: refusal.message, data: { [decisionMetaKey]: data } },
    };
  }
  return {
    result: {
      content: [{ type: 'text', text: refusal.message }],
      isError: true,
      _meta: { [decisionMetaKey]: data },
    },
  };
}
