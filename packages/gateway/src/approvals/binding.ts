import { type Clause, canonicalJson } from '@lockstep/model/internal';
import type { Keys } from '../keys/keys.ts';

/** Everything that an approval is for. A call that differs in any of it needs an approval of its own. */
export interface BindingParts {
  readonly environment: string;
  readonly server: string;
  /** The pinned source, such as `npm:@scope/name@1.2.3`. */
  readonly source: string;
  /** The MCP method. */
  readonly method: string;
  /** The tool, prompt, or resource URI, by the server's own name. */
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Digest of the locked definition; null for a concrete resource, whose content isn't locked. */
  readonly definitionDigest: string | null;
  /** The clause that wants the approval: where it changes, humans decide anew. */
  readonly clause: Clause;
  /** The requester's owner. */
  readonly owner: string;
}

/**
 * The keyed hash that finds an approval again. Keyed, because arguments are often easy to guess and the hash outlives
 * them.
 */
export function bindingOf(keys: Keys, parts: BindingParts): string {
  return keys.mac('approval binding', canonicalJson({ v: 1, ...parts }));
}
