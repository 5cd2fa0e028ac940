import { z } from 'zod';
import { roleName } from './role.ts';

/** The default number of seconds in which an approval must be decided and used: a day. */
export const defaultExpiry = 86_400;

/** What a clause decides: go ahead, wait for humans, or refuse. */
export const decisionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('allow') }),
  z.strictObject({
    type: z.literal('approve'),
    /** How many humans must approve; the requester's owner doesn't count. */
    quorum: z.int().min(1).max(10),
    /** An approver must hold at least one of these roles. */
    approvers: z.array(roleName).min(1),
    /** Seconds from the request until an unused approval is void. */
    expiry: z
      .int()
      .min(1)
      .max(30 * 86_400),
  }),
  z.strictObject({
    type: z.literal('deny'),
    /** Tells the caller why, and what to do instead. */
    reason: z.string().min(1).max(500),
  }),
]);
/** What a clause decides: `allow`, `approve` or `deny`. */
export type Decision = z.infer<typeof decisionSchema>;
/** A decision that waits for humans: how many, which ones, and until when. */
export type ApproveDecision = Extract<Decision, { type: 'approve' }>;
