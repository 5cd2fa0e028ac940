import { canonicalJson } from '@lockstep/model/internal';
import { z } from 'zod';
import type { Signature } from '../keys/keys.ts';
import { signatureMatches } from '../keys/signing-key.ts';

const segmentSchema = z.strictObject({
  writer: z.string(),
  epoch: z.int().positive(),
  /** Places of the first and the last record; the segment has all records between them. */
  first: z.int().positive(),
  last: z.int().positive(),
  /** The hash that the first record names as that of the record before it. */
  prev: z.string().nullable(),
  /** The hash of the last record. */
  hash: z.string(),
});

const contentSchema = z.strictObject({
  v: z.literal(1),
  environment: z.string(),
  /** The time of the export. */
  time: z.iso.datetime(),
  /** The requested period, ISO 8601; null for an open end. */
  from: z.iso.datetime().nullable(),
  to: z.iso.datetime().nullable(),
  records: z.int().nonnegative(),
  /** Stretches of chains, in the order of the file. */
  segments: z.array(segmentSchema),
  /** SHA-256 of all lines before, line breaks included. */
  digest: z.string(),
});

const manifestSchema = z.strictObject({
  manifest: contentSchema,
  keyId: z.string(),
  /** Ed25519 over the manifest's canonical JSON, base64. */
  signature: z.string(),
});

export type Segment = z.infer<typeof segmentSchema>;
export type Manifest = z.infer<typeof contentSchema>;

/** Signs what an export contains and prints it as the last line. */
export function printManifest(content: Omit<Manifest, 'v'>, sign: (text: string) => Signature): string {
  const manifest = { v: 1, ...content };
  return canonicalJson({ manifest, ...sign(signedText(manifest)) });
}

/** Reads the manifest, or says in one sentence why it can't be relied on. */
export function readManifest(line: string, publicKeys: readonly string[]): Manifest | string {
  const parsed = parse(line);
  if (parsed === undefined) return "The last line isn't a manifest: the export is cut short, or isn't one.";
  const { manifest, ...signature } = parsed;
  if (!signatureMatches(publicKeys, signedText(manifest), signature)) {
    return `The manifest isn't signed by a trusted key (it names key ${signature.keyId}).`;
  }
  return manifest;
}

function signedText(manifest: object): string {
  return `lockstep export\n${canonicalJson(manifest)}`;
}

function parse(line: string): z.infer<typeof manifestSchema> | undefined {
  try {
    return manifestSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
