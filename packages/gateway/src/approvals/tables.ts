/** One approval; see `database.ts` for how times and structured values are kept. */
export interface ApprovalRow {
  id: string;
  /** Keyed hash of all that it is for; at most one open approval has it. */
  binding: string;
  /** See `ApprovalStatus`. */
  state: string;
  server: string;
  target: string;
  requester_issuer: string;
  requester_subject: string;
  requester_owner: string;
  /** What owners are compared by. */
  requester_owner_key: string;
  /** JSON of what approvers are shown but for the arguments; see `shownSchema`. */
  shown: string;
  /** The arguments, sealed; null once it is closed. */
  arguments: string | null;
  /** Keyed hash of everything that approvers are shown; verdicts quote it. */
  seen: string;
  quorum: number;
  /** JSON array of roles. */
  approvers: string;
  requested_at: number;
  expires_at: number;
  closed_at: number | null;
  /** Why it was denied or voided. */
  close_reason: string | null;
  /** The owner who denied it. */
  denied_by: string | null;
  /** JSON of the `RecordRef` of the call's intent. */
  used_by: string | null;
}

/** What one human said of one approval. */
export interface ApprovalVerdictRow {
  approval: string;
  owner_key: string;
  owner: string;
  issuer: string;
  subject: string;
  /** The token that it was given with. */
  credential: string;
  /** `approve` or `deny`. */
  verdict: string;
  note: string | null;
  given_at: number;
}

export interface ApprovalTables {
  approvals: ApprovalRow;
  approval_verdicts: ApprovalVerdictRow;
}
