import type { revokeSchema, verdictSchema } from '@lockstep/model/admin';
import type { z } from 'zod';
import { revokeApproval } from '../approvals/close.ts';
import { type FoundApproval, findApprovalById } from '../approvals/queries.ts';
import { giveVerdict } from '../approvals/verdict.ts';
import { ownerKey } from '../identity/token.ts';
import { isApprover } from './approval-view.ts';
import type { AdminDeps } from './deps.ts';
import { actorOf, demandHolder, HttpProblem, type Visitor } from './visitor.ts';

const statuses = { unknown: 404, forbidden: 403, stale: 409, closed: 409 } as const;

/** Finds an approval, or ends the request. */
export async function findOrEnd(deps: AdminDeps, id: string): Promise<FoundApproval> {
  const found = await deps.store.query(findApprovalById, { id, settings: deps.approvalSettings() });
  if (found === null)
    throw new HttpProblem(404, 'There is no such approval; see the list of those that wait.');
  return found;
}

/** Records the visitor's verdict, or ends the request with the reason for the refusal. */
export async function recordVerdict(
  deps: AdminDeps,
  visitor: Visitor,
  id: string,
  verdict: z.output<typeof verdictSchema>,
): Promise<void> {
  const { principal, tokenId } = demandHolder(visitor);
  const answer = await deps.store.transact(giveVerdict, {
    id,
    ...verdict,
    approver: principal,
    approverOwnerKey: ownerKey(principal.owner),
    credential: tokenId,
  });
  if (!answer.ok) throw new HttpProblem(statuses[answer.why], answer.sentence);
}

/** Revokes an open approval, for administrators and for those who could deny it. */
export async function revoke(
  deps: AdminDeps,
  visitor: Visitor,
  id: string,
  { why }: z.output<typeof revokeSchema>,
): Promise<void> {
  const found = await findOrEnd(deps, id);
  const holder = demandHolder(visitor);
  if (!isApprover(found, visitor) && !holder.principal.roles.includes('admin')) {
    throw new HttpProblem(
      403,
      `Revoking ${found.row.target} requires the role \`admin\` or one that decides on it.`,
    );
  }
  const { name, ...by } = actorOf(visitor);
  const closed = await deps.store.transact(revokeApproval, { id, why: `${name} revoked it: ${why}`, by });
  if (closed.length === 0)
    throw new HttpProblem(409, `The approval is ${found.state.state}; there is nothing left to revoke.`);
}
