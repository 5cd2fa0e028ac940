import { accessClassSchema, canonicalJson, principalSchema } from '@lockstep/model/internal';
import { z } from 'zod';
import type { Keys } from '../keys/keys.ts';

/**
 * What an approver is shown of a request, but for its arguments. Stored with the request, so that what is decided on
 * can't change under the approver's eyes.
 */
export const shownSchema = z.strictObject({
  environment: z.string(),
  server: z.string(),
  /** The pinned source, such as `npm:@scope/name@1.2.3`. */
  source: z.string(),
  /** The MCP method. */
  method: z.string(),
  kind: z.enum(['tool', 'prompt', 'resource']),
  name: z.string(),
  /** As rules name it: `files/write_file`. */
  target: z.string(),
  class: accessClassSchema,
  /** The locked definition; null for a concrete resource. */
  definition: z.record(z.string(), z.json()).nullable(),
  definitionDigest: z.string().nullable(),
  /** The clause of the permission table that wants an approval; its decision holds quorum and approvers. */
  clause: z.record(z.string(), z.json()),
  requester: principalSchema,
  /** What the requester's client calls itself; never believed. */
  client: z.strictObject({ name: z.string(), version: z.string() }).nullable(),
  /** Why, in the agent's own words; never believed. */
  reason: z.string().nullable(),
  /** The server whose endpoint it came to; null for the endpoint of all servers. */
  endpoint: z.string().nullable(),
  requestedAt: z.string(),
  expiresAt: z.string(),
});
export type Shown = z.output<typeof shownSchema>;

const seenPurpose = 'approval seen';

/** A call's arguments, as parsed. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Everything that an approver is shown, as one text to hash. */
function seenText(id: string, shown: Shown, args: Arguments): string {
  return canonicalJson({ v: 1, id, shown, args });
}

/**
 * The keyed hash over everything that an approver is shown. A verdict quotes it, so that nobody decides on something
 * else than what they saw. Keyed, because it outlives the arguments.
 */
export function seenDigest(keys: Keys, id: string, shown: Shown, args: Arguments): string {
  return keys.mac(seenPurpose, seenText(id, shown, args));
}

/** Whether a digest is of exactly this. */
export function isSeenDigest(keys: Keys, id: string, shown: Shown, args: Arguments, digest: string): boolean {
  return keys.macMatches(seenPurpose, seenText(id, shown, args), digest);
}

/** Encrypts the arguments for as long as the approval is open. */
export function sealArguments(keys: Keys, args: Arguments): string {
  return keys.seal('arguments', canonicalJson(args));
}

/** The inverse of {@link sealArguments}. */
export function openArguments(keys: Keys, sealed: string): Arguments {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(keys.open('arguments', sealed)));
}
