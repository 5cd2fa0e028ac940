import { z } from 'zod';
import { roleName } from './role.ts';

/** The default time in which an approval must be decided and used, in seconds: a day. */
export const defaultExpiry = 86_400;

/** What a clause says: go ahead, wait for humans, or no. */
export const decisionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('allow') }),
  z.strictObject({
    type: z.literal('approve'),
    /** How many humans, none of them the requester's owner, must approve. */
    quorum: z.int().min(1).max(10),
    /** Roles of which an approver holds at least one. */
    approvers: z.array(roleName).min(1),
    /** Seconds from the request until an unused approval is void. */
    expiry: z
      .int()
      .min(1)
      .max(30 * 86_400),
  }),
  z.strictObject({
    type: z.literal('deny'),
    /** Shown to the caller: why, and what to do instead. */
    reason: z.string().min(1).max(500),
  }),
]);
/** What a clause decides: `allow`, `approve` or `deny`. */
export type Decision = z.infer<typeof decisionSchema>;
/** A decision that leaves it to humans: how many, who, and until when. */
export type ApproveDecision = Extract<Decision, { type: 'approve' }>;
