import { z } from 'zod';
import { recordKinds } from './record.ts';

/** What is searched for; whatever is left out doesn't matter. */
export const auditFilterSchema = z.strictObject({
  /** Milliseconds since 1970; both ends are included. */
  from: z.int().optional(),
  to: z.int().optional(),
  /** The subject or the owner of whoever called. */
  principal: z.string().min(1).optional(),
  /** A target, or a glob over targets: `files/*`. */
  tool: z.string().min(1).optional(),
  decision: z.enum(['allow', 'approve', 'deny']).optional(),
  outcome: z.enum(['ok', 'tool_error', 'error', 'refused', 'waiting', 'unknown', 'cancelled']).optional(),
  kind: z.enum(recordKinds).optional(),
  /** The id of an approval. */
  approval: z.string().min(1).optional(),
});
export type AuditFilter = z.infer<typeof auditFilterSchema>;
