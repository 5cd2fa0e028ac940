import { z } from 'zod';

/** What a tool can do at worst: only look, change, or change what can't be undone. */
export const accessClassSchema = z.enum(['read', 'write', 'destructive']);
/** What a tool can do at worst: `read`, `write` or `destructive`. */
export type AccessClass = z.infer<typeof accessClassSchema>;

/** The class that counts: the locked one once a person has confirmed it, and the worst until then. */
export function effectiveClass(tool: {
  readonly class: AccessClass;
  readonly reviewed: boolean;
}): AccessClass {
  return tool.reviewed ? tool.class : 'destructive';
}

/**
 * Proposes a class from a tool's own annotations, with the protocol's defaults for those left out: not read-only
 * and destructive. Only a proposal, since servers aren't trusted: a person confirms it.
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
