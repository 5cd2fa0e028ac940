import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalJson, sha256 } from '@lockstep/model/internal';
import { printPlace, type RecordPlace, type RecordRef } from '@lockstep/model/record';
import { z } from 'zod';
import type { Signature } from '../keys/keys.ts';
import { syncFolder } from '../keys/secret-file.ts';
import { signatureMatches } from '../keys/signing-key.ts';

const headSchema = z.strictObject({
  writer: z.string(),
  epoch: z.int().positive(),
  seq: z.int().positive(),
  hash: z.string(),
});

const contentSchema = z.strictObject({
  v: z.literal(1),
  time: z.iso.datetime(),
  environment: z.string(),
  /** Signed at a clean shutdown: the epochs that it names end there. */
  clean: z.boolean(),
  /** Where each writer's chain ended. */
  heads: z.array(headSchema),
  /** SHA-256 of the line before; null in the first. */
  previous: z.string().nullable(),
});

const checkpointSchema = contentSchema.extend({
  /** Which audit key signed it; see `publicKeyId`. */
  keyId: z.string(),
  /** Ed25519 over the canonical JSON of everything else but `keyId`, base64. */
  signature: z.string(),
});

type Content = z.infer<typeof contentSchema>;

/** A signed statement of where the chains ended: one line of `checkpoints.jsonl`. */
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** Signs a checkpoint; the line has no line break. */
export function printCheckpoint(
  content: Omit<Content, 'v' | 'heads'> & { readonly heads: readonly RecordRef[] },
  sign: (text: string) => Signature,
): string {
  const whole = { v: 1, ...content };
  return canonicalJson({ ...whole, ...sign(signedText(whole)) });
}

function signedText(content: object): string {
  // Says what kind of thing is signed, so that no signature of one kind passes for another.
  return `lockstep checkpoint\n${canonicalJson(content)}`;
}

interface ReadCheckpoints {
  readonly checkpoints: readonly Checkpoint[];
  readonly problems: readonly AuditProblem[];
}

/**
 * Reads `checkpoints.jsonl` and checks every signature, and that no line is missing between two others. An
 * unfinished last line was never relied on, and is left out.
 *
 * @param publicKeys PEM; those that the reader trusts.
 */
export function readCheckpoints(text: string, publicKeys: readonly string[]): ReadCheckpoints {
  const lines = text.split('\n').slice(0, -1);
  const checkpoints: Checkpoint[] = [];
  const problems: AuditProblem[] = [];
  let previous: string | null = null;
  for (const [at, line] of lines.entries()) {
    const name = `checkpoints.jsonl, line ${at + 1}`;
    const checkpoint = parseCheckpoint(line);
    if (checkpoint === undefined) {
      problems.push({ message: `${name}: isn't a checkpoint.` });
    } else {
      const { keyId, signature, ...content } = checkpoint;
      if (!signatureMatches(publicKeys, signedText(content), { keyId, signature })) {
        problems.push({ message: `${name}: isn't signed by a trusted key (it names key ${keyId}).` });
      } else if (checkpoint.previous !== previous) {
        problems.push({
          message: `${name}: doesn't follow the line before it; a line was removed or changed.`,
        });
      } else {
        checkpoints.push(checkpoint);
      }
    }
    previous = sha256(line);
  }
  return { checkpoints, problems };
}

function parseCheckpoint(line: string): Checkpoint | undefined {
  try {
    return checkpointSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** The file that checkpoints are added to, outside the database. */
interface CheckpointFile {
  /** SHA-256 of the last line; null while there is none. */
  readonly last: string | null;
  /** Adds a line; it is durable when this answers. */
  add(line: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the file, or creates it; a line that was cut short by a crash is removed. */
export async function openCheckpointFile(path: string): Promise<CheckpointFile> {
  const file = await open(path, 'a+', 0o600);
  await syncFolder(dirname(path));
  const text = await file.readFile('utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole));
  const lines = whole.split('\n').slice(0, -1);
  let last = lines.length === 0 ? null : sha256(lines.at(-1) ?? '');
  return {
    get last() {
      return last;
    },
    async add(line) {
      await file.appendFile(`${line}\n`);
      await file.sync();
      last = sha256(line);
    },
    close: () => file.close(),
  };
}

/** One thing that isn't as it was recorded. */
export interface AuditProblem {
  /** `writer:epoch:seq` of the record; absent where none can be named. */
  readonly place?: string;
  /** One sentence. */
  readonly message: string;
}

export function problemAt(place: RecordPlace, message: string): AuditProblem {
  return { place: printPlace(place), message };
}
