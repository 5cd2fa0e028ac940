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
  /** Whether this is a clean shutdown: the epochs that it names end there. */
  clean: z.boolean(),
  /** Where each writer's chain ended. */
  heads: z.array(headSchema),
  /** SHA-256 of the line before; null in the first. */
  previous: z.string().nullable(),
});

const checkpointSchema = contentSchema.extend({
  /** The audit key that signed it; see `publicKeyId`. */
  keyId: z.string(),
  /** Ed25519 over the canonical JSON of everything else except `keyId`, base64. */
  signature: z.string(),
});

type Content = z.infer<typeof contentSchema>;

/** A signed statement of where the chains ended: one line of `checkpoints.jsonl`. */
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** Signs a checkpoint and returns it as one line, without a line break. */
export function printCheckpoint(
  content: Omit<Content, 'v' | 'heads'> & { readonly heads: readonly RecordRef[] },
  sign: (text: string) => Signature,
): string {
  const whole = { v: 1, ...content };
  return canonicalJson({ ...whole, ...sign(signedText(whole)) });
}

function signedText(content: object): string {
  // The first line says what is signed, so a signature of one kind never passes for another.
  return `lockstep checkpoint\n${canonicalJson(content)}`;
}

interface ReadCheckpoints {
  readonly checkpoints: readonly Checkpoint[];
  readonly problems: readonly AuditProblem[];
}

/**
 * Reads `checkpoints.jsonl`. Checks every signature, and that no line is missing in between. Leaves out an unfinished
 * last line, which nothing has relied on.
 *
 * @param publicKeys the keys that the reader trusts, in PEM.
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
      problems.push({ message: `${name} isn't a checkpoint.` });
    } else {
      const { keyId, signature, ...content } = checkpoint;
      if (!signatureMatches(publicKeys, signedText(content), { keyId, signature })) {
        problems.push({ message: `${name} isn't signed by a trusted key (it names key ${keyId}).` });
      } else if (checkpoint.previous !== previous) {
        problems.push({
          message: `${name} doesn't follow the line before it; a line was removed or changed.`,
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
  /** SHA-256 of the last line; null if there is none yet. */
  readonly last: string | null;
  /** Adds a line and resolves when it is durable. */
  add(line: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens or creates the file, and removes a last line that a crash cut short. */
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

/** A place where the audit isn't as it was recorded. */
export interface AuditProblem {
  /** `writer:epoch:seq` of the record; absent if no record can be named. */
  readonly place?: string;
  /** One sentence. */
  readonly message: string;
}

export function problemAt(place: RecordPlace, message: string): AuditProblem {
  return { place: printPlace(place), message };
}
