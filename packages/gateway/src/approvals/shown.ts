import { accessClassSchema, canonicalJson, principalSchema } from '@lockstep/model/internal';
import { z } from 'zod';
import type { Keys } from '../keys/keys.ts';

/**
 * What an approver sees of a request, without its arguments. Stored with the request, so that nothing changes under
 * the approver's eyes.
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
  /** The target, as rules name it: `files/write_file`. */
  target: z.string(),
  class: accessClassSchema,
  /** The locked definition; null for a concrete resource. */
  definition: z.record(z.string(), z.json()).nullable(),
  definitionDigest: z.string().nullable(),
  /** The clause of the permission table that requires an approval; its decision has the quorum and the approvers. */
  clause: z.record(z.string(), z.json()),
  requester: principalSchema,
  /** What the requester's client calls itself; never trusted. */
  client: z.strictObject({ name: z.string(), version: z.string() }).nullable(),
  /** Why, in the agent's own words; never trusted. */
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

/** Everything that an approver sees, as one text to hash. */
function seenText(id: string, shown: Shown, args: Arguments): string {
  return canonicalJson({ v: 1, id, shown, args });
}

/**
 * The keyed hash of everything that an approver sees. A verdict quotes it, so nobody decides on something that they
 * didn't see. It is keyed because it outlives the arguments.
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
