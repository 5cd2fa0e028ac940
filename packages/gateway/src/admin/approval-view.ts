import type { ApprovalDetail, ApprovalSummary } from '@lockstep/model/admin';
import type { FoundApproval } from '../approvals/queries.ts';
import { approversOf } from '../approvals/row.ts';
import { type Arguments, isSeenDigest, openArguments, type Shown, shownSchema } from '../approvals/shown.ts';
import { ownerKey } from '../identity/token.ts';
import type { Keys } from '../keys/keys.ts';
import type { Visitor } from './visitor.ts';

/** The address of an approval's page. */
function approvalUrl(publicUrl: string, id: string): string {
  return `${publicUrl}/approvals/${id}`;
}

/** What anybody who is signed in may know about an approval. */
export function summaryOf({ row, state }: FoundApproval, publicUrl: string): ApprovalSummary {
  const shown = readShown(row.shown);
  return {
    id: row.id,
    environment: shown.environment,
    server: shown.server,
    target: shown.target,
    method: shown.method,
    class: shown.class,
    state: state.state,
    have: state.have,
    quorum: state.quorum,
    approvers: [...state.approvers],
    requester: shown.requester,
    requestedAt: state.requestedAt,
    expiresAt: state.expiresAt,
    closedAt: state.closedAt ?? null,
    why: state.why ?? null,
    deniedBy: state.deniedBy ?? null,
    usedBy: state.usedBy ?? null,
    url: approvalUrl(publicUrl, row.id),
  };
}

/** An approval as a visitor may see it: only approvers see the arguments. */
export function detail(
  found: FoundApproval,
  visitor: Visitor,
  keys: Keys,
  publicUrl: string,
): ApprovalDetail {
  const { row, verdicts } = found;
  const shown = readShown(row.shown);
  const opened = openFor(found, visitor, keys, shown);
  const isShown = typeof opened !== 'string';
  return {
    ...summaryOf(found, publicUrl),
    source: shown.source,
    kind: shown.kind,
    name: shown.name,
    definition: shown.definition,
    definitionDigest: shown.definitionDigest,
    clause: shown.clause,
    client: shown.client,
    reason: shown.reason,
    endpoint: shown.endpoint,
    arguments: isShown ? (opened as ApprovalDetail['arguments']) : null,
    argumentsHidden: isShown ? null : opened,
    seen: isShown ? row.seen : null,
    verdicts: verdicts.map((given) => ({
      owner: given.owner,
      subject: given.subject,
      verdict: given.verdict === 'approve' ? 'approve' : 'deny',
      note: given.note,
      givenAt: new Date(given.given_at).toISOString(),
    })),
    mayNotDecide: whyNot(found, visitor),
    hasApproved: hasApproved(found, visitor),
  };
}

/** Whether the visitor has a role that decides on this approval. */
export function isApprover(found: FoundApproval, visitor: Visitor): boolean {
  if (visitor.kind === 'operator') return false;
  return approversOf(found.row).some((role) => visitor.principal.roles.includes(role));
}

/** The arguments, or why they aren't shown. */
function openFor(found: FoundApproval, visitor: Visitor, keys: Keys, shown: Shown): Arguments | string {
  const { row } = found;
  if (row.arguments === null)
    return 'The arguments were wiped when the approval was closed; the audit has them, redacted.';
  if (!isApprover(found, visitor)) {
    return `Only people with the role ${approversOf(row).join(' or ')} see the arguments.`;
  }
  const args = openArguments(keys, row.arguments);
  // The stored request must be the one that was made, or a verdict would be on something else.
  if (!isSeenDigest(keys, row.id, shown, args, row.seen)) {
    return "The stored request isn't what the requester sent; deny it, and find out who can write to the database.";
  }
  return args;
}

/** Whether a visitor has a role to decide it, and isn't the human who asked. */
export function isFor(approval: ApprovalSummary, visitor: Visitor): boolean {
  if (visitor.kind === 'operator') return false;
  const { roles, owner } = visitor.principal;
  return (
    approval.approvers.some((role) => roles.includes(role)) &&
    ownerKey(approval.requester.owner) !== ownerKey(owner)
  );
}

function whyNot(found: FoundApproval, visitor: Visitor): string | null {
  const { row, state } = found;
  if (visitor.kind === 'operator')
    return "The operator doesn't decide; use an admin token with an approver role.";
  if (!isApprover(found, visitor)) return `Deciding requires the role ${approversOf(row).join(' or ')}.`;
  const key = ownerKey(visitor.principal.owner);
  if (key === row.requester_owner_key) return "You are the requester's owner; another human must decide.";
  if (state.state !== 'pending' && state.state !== 'approved')
    return `It is ${state.state}; there is nothing left to decide.`;
  return null;
}

function hasApproved({ verdicts }: FoundApproval, visitor: Visitor): boolean {
  if (visitor.kind === 'operator') return false;
  const key = ownerKey(visitor.principal.owner);
  return verdicts.some((given) => given.owner_key === key && given.verdict === 'approve');
}

function readShown(text: string): Shown {
  return shownSchema.parse(JSON.parse(text));
}
