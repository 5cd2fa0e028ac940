/**
 * The JSON of the admin API, which both sides validate. All times are ISO 8601 in UTC.
 *
 * @module
 */
import { z } from 'zod';
import { accessClassSchema } from './access-class.ts';
import { principalSchema } from './principal.ts';
import { type RecordRef, recordKinds } from './record.ts';

/** The body of every response that isn't 2xx: one sentence for people. */
export const problemSchema = z.object({ error: z.string() });

const recordRef = z.object({ writer: z.string(), epoch: z.int(), seq: z.int(), hash: z.string() });

/** One approval, without anything sensitive. */
export const approvalSummarySchema = z.object({
  id: z.string(),
  environment: z.string(),
  server: z.string(),
  /** The name that rules use: `files/write_file`. */
  target: z.string(),
  method: z.string(),
  class: accessClassSchema,
  state: z.enum(['pending', 'approved', 'denied', 'used', 'expired', 'void']),
  /** How many humans have approved, out of `quorum`. */
  have: z.int(),
  quorum: z.int(),
  /** An approver must hold at least one of these roles. */
  approvers: z.array(z.string()),
  requester: principalSchema,
  requestedAt: z.string(),
  expiresAt: z.string(),
  closedAt: z.string().nullable(),
  /** Why it was denied or voided. */
  why: z.string().nullable(),
  deniedBy: z.string().nullable(),
  /** The record of the call that used it. */
  usedBy: recordRef.nullable(),
  /** The page where people decide on it. */
  url: z.string(),
});
/** An approval in a list. */
export type ApprovalSummary = z.infer<typeof approvalSummarySchema>;

/** GET /approvals?state=open|all&for=me&limit=… */
export const approvalListSchema = z.object({ approvals: z.array(approvalSummarySchema) });
export const approvalListQuery = z.strictObject({
  state: z.enum(['open', 'all'], { error: 'must be `open` or `all`' }).default('open'),
  /** `me`: only those that the caller may decide. */
  for: z.literal('me', { error: 'must be `me`' }).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

export const verdictKind = z.enum(['approve', 'deny'], { error: 'must be `approve` or `deny`' });

/** GET /approvals/:id */
export const approvalDetailSchema = approvalSummarySchema.extend({
  /** The pinned source, such as `npm:@scope/name@1.2.3`. */
  source: z.string(),
  kind: z.enum(['tool', 'prompt', 'resource']),
  name: z.string(),
  definition: z.record(z.string(), z.json()).nullable(),
  definitionDigest: z.string().nullable(),
  /** The clause of the permission table that requires the approval. */
  clause: z.record(z.string(), z.json()),
  /** What the requester's client calls itself; never trusted. */
  client: z.object({ name: z.string(), version: z.string() }).nullable(),
  /** The reason, in the agent's own words; never trusted. */
  reason: z.string().nullable(),
  /** The server whose endpoint received the call; null for the endpoint of all servers. */
  endpoint: z.string().nullable(),
  /** All arguments; null if they aren't shown, and then `argumentsHidden` says why. */
  arguments: z.record(z.string(), z.json()).nullable(),
  argumentsHidden: z.string().nullable(),
  /** What a verdict must quote; null if the arguments aren't shown. */
  seen: z.string().nullable(),
  verdicts: z.array(
    z.object({
      owner: z.string(),
      subject: z.string(),
      verdict: verdictKind,
      note: z.string().nullable(),
      givenAt: z.string(),
    }),
  ),
  /** One sentence that says why the person who asks may not decide; null if they may. */
  mayNotDecide: z.string().nullable(),
  /** Whether the person who asks has already approved. */
  hasApproved: z.boolean(),
});
/** A complete approval, as an approver sees it. */
export type ApprovalDetail = z.infer<typeof approvalDetailSchema>;

const note = z
  .string()
  .max(1000)
  .transform((text) => text.trim())
  .transform((text) => (text === '' ? null : text));

/** POST /approvals/:id/verdict; answers with an approval's detail. */
export const verdictSchema = z.strictObject({
  verdict: verdictKind,
  /** The value from the detail; it proves what the approver looked at. */
  seen: z.string().min(1),
  /** The reason. The requester sees the note of a denial. */
  note: note.nullable().default(null),
});

/** POST /approvals/:id/revoke; answers with an approval's detail. */
export const revokeSchema = z.strictObject({ why: z.string().trim().min(1).max(500) });

/** What a token is for: calling `/mcp`, or deciding, auditing and administering. Never both. */
export const audienceSchema = z.enum(['mcp', 'admin']);
export type Audience = z.infer<typeof audienceSchema>;

/** One line for people, without control characters or surrounding spaces. */
const label = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, 'must be one line without control or invisible characters');

/** What a person specifies for a new token. */
export const newTokenSchema = z.strictObject({
  /** The name of the agent or person that holds it. */
  subject: label,
  /** The human behind it; approvals compare owners. */
  owner: label,
  roles: principalSchema.shape.roles,
  audience: audienceSchema,
  /** When it expires: ISO 8601 with an offset or `Z`. */
  expiresAt: z.iso
    .datetime({ offset: true, error: 'must be a date and time like 2027-01-31T12:00:00Z' })
    .transform((text) => new Date(text).toISOString()),
});
export type NewToken = z.output<typeof newTokenSchema>;

/** Where a token comes from: it was `created` here, or is declared in the token `file`. */
export const tokenSourceSchema = z.enum(['created', 'file']);

/** A token, without its secret. */
export const tokenInfoSchema = z.object({
  id: z.string(),
  subject: z.string(),
  owner: z.string(),
  roles: z.array(z.string()),
  audience: audienceSchema,
  createdAt: z.string(),
  /** An owner, `operator` for the socket on the gateway's machine, or `kubectl exec` for the one in its pod. */
  createdBy: z.string(),
  expiresAt: z.string(),
  revokedAt: z.string().nullable(),
  revokedBy: z.string().nullable(),
  source: tokenSourceSchema,
});

/** A token as it may be shown, without its secret and its hash. Times are ISO 8601. */
export type TokenInfo = z.infer<typeof tokenInfoSchema>;

/** GET /tokens */
export const tokenListSchema = z.object({ tokens: z.array(tokenInfoSchema) });
/** POST /tokens with `newTokenSchema`: the only response with the secret. */
export const createdTokenSchema = tokenInfoSchema.extend({ token: z.string() });

const moment = z.iso
  .datetime({ offset: true, error: 'must be a date and time like 2027-01-31T12:00:00Z' })
  .transform((text) => Date.parse(text));

/** A search's criteria; an omitted one matches everything. */
export const auditFilterSchema = z.strictObject({
  /** Milliseconds since 1970; `from` and `to` are inclusive. */
  from: z.int().optional(),
  to: z.int().optional(),
  /** The caller's subject or owner. */
  principal: z.string().min(1).optional(),
  /** A target, or a glob over targets: `files/*`. */
  tool: z.string().min(1).optional(),
  decision: z.enum(['allow', 'approve', 'deny']).optional(),
  outcome: z.enum(['ok', 'tool_error', 'error', 'refused', 'waiting', 'unknown', 'cancelled']).optional(),
  kind: z.enum(recordKinds).optional(),
  /** The id of an approval. */
  approval: z.string().min(1).optional(),
});
/** The criteria of a search. */
export type AuditFilter = z.infer<typeof auditFilterSchema>;

/** GET /audit/search?… ; an omitted criterion matches everything. */
export const auditSearchQuery = auditFilterSchema.omit({ from: true, to: true }).extend({
  from: moment.optional(),
  to: moment.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
/** Records, newest first, and whether there are more. */
export const auditSearchSchema = z.object({
  records: z.array(
    z.object({
      /** `writer:epoch:seq` */
      place: z.string(),
      hash: z.string(),
      /** As stored; see `StoredRecord`. */
      record: z.looseObject({ kind: z.string(), time: z.string() }),
      /** The decrypted salt of the record's commitment; only for holders of the role `auditor`. */
      salt: z.string().nullable(),
    }),
  ),
  more: z.boolean(),
});

/** GET /audit/export?from=…&to=… : JSON lines; the last one is a signed manifest. */
export const auditExportQuery = z.strictObject({ from: moment.optional(), to: moment.optional() });

/** GET /audit/verify?expectHead=writer:epoch:seq:sha256:… */
export const auditVerifyQuery = z.strictObject({
  expectHead: z
    .string()
    .regex(
      /^[0-9a-f-]{36}:\d{1,15}:\d{1,15}:sha256:[0-9a-f]{64}$/,
      'must be `writer:epoch:seq:sha256:…`, as an earlier run printed it',
    )
    .transform((text): RecordRef => {
      const [writer = '', epoch, seq, ...hash] = text.split(':');
      return { writer, epoch: Number(epoch), seq: Number(seq), hash: hash.join(':') };
    })
    .optional(),
});
/** What a verification of the audit found. */
export const verificationSchema = z.object({
  ok: z.boolean(),
  /** In order, starting with the first bad record; at most a hundred. */
  problems: z.array(z.object({ place: z.string().optional(), message: z.string() })),
  records: z.int(),
  checkpoints: z.int(),
  /** The last record of each writer. Note it elsewhere, for `expectHead`. */
  heads: z.array(recordRef),
  /** Records after the last checkpoint of their epoch: their chain is intact, but no signature covers its end. */
  unsigned: z.int(),
  /** Intents without an outcome, as `writer:epoch:seq`: calls that are under way or not closed yet. */
  openIntents: z.array(z.string()),
});

/** What a verification of the audit found. */
export type Verification = z.infer<typeof verificationSchema>;

/** GET /status */
export const statusSchema = z.object({
  environment: z.string(),
  /** Digest of the bundle in force. */
  bundle: z.string(),
  version: z.string(),
  startedAt: z.string(),
  /** The roles of callers without a token; null if there is no local user. */
  localUser: z.array(z.string()).nullable(),
  approvalsWaiting: z.int(),
  servers: z.array(
    z.object({
      server: z.string(),
      state: z.enum(['starting', 'ready', 'down', 'absent']),
      /** A clause that says why, if the state isn't `ready`. */
      reason: z.string().nullable(),
      processes: z.int(),
      /** How often a session was started again after it ended by itself. */
      restarts: z.int(),
      /** The number of locked tools. */
      tools: z.int(),
      quarantined: z.int(),
    }),
  ),
});
/** How a gateway is doing. */
export type Status = z.infer<typeof statusSchema>;
