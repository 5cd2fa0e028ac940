import { z } from 'zod';

/** What a tool can do at worst: only read, make changes, or make changes that can't be undone. */
export const accessClassSchema = z.enum(['read', 'write', 'destructive']);
/** What a tool can do at worst: `read`, `write` or `destructive`. */
export type AccessClass = z.infer<typeof accessClassSchema>;

/** The class that counts: the locked one if a person has confirmed it, otherwise the worst one. */
export function effectiveClass(tool: {
  readonly class: AccessClass;
  readonly reviewed: boolean;
}): AccessClass {
  return tool.reviewed ? tool.class : 'destructive';
}

/**
 * Proposes a class from a tool's own annotations. The protocol's defaults replace missing ones: not read-only, and
 * destructive. A person has to confirm the proposal, because servers aren't trusted.
 */
export function proposeClass(definition: Readonly<Record<string, unknown>>): {
  class: AccessClass;
  classFrom: 'annotations' | 'default';
} {
  const annotations = definition.annotations;
  const hints = typeof annotations === 'object' && annotations !== null ? annotations : {};
  const { readOnlyHint, destructiveHint } = hints as { readOnlyHint?: unknown; destructiveHint?: unknown };
  if (readOnlyHint === true) return { class: 'read', classFrom: 'annotations' };
  if (destructiveHint === false) return { class: 'write', classFrom: 'annotations' };
  return { class: 'destructive', classFrom: destructiveHint === true ? 'annotations' : 'default' };
}
