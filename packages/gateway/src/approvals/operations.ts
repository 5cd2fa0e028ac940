import { expireDue, revokeApproval, voidApprovals } from './close.ts';
import { commitIntent } from './commit.ts';
import { openOrFindApproval } from './open.ts';
import { approval, countDue, countWaiting, listApprovals } from './queries.ts';
import { giveVerdict } from './verdict.ts';

export const approvalOperations = {
  openOrFindApproval,
  giveVerdict,
  commitIntent,
  expireDue,
  voidApprovals,
  revokeApproval,
};
export const approvalQueries = { approval, listApprovals, countWaiting, countDue };
