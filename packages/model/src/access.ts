import { z } from 'zod';

/** What a tool can do at worst: only look, change, or change what can't be undone. */
export const accessClassSchema = z.enum(['read', 'write', 'destructive']);
/** What a tool can do at worst: `read`, `write` or `destructive`. */
export type AccessClass = z.infer<typeof accessClassSchema>;
