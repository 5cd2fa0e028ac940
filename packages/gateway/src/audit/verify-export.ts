import { createHash } from 'node:crypto';
import { sha256 } from '@lockstep/model/internal';
import type { StoredRecord } from '@lockstep/model/record';
import { type AuditProblem, problemAt } from '../ledger/checkpoint.ts';
import { type Manifest, readManifest, type Segment } from './manifest.ts';

/** The result of verifying an export. */
export interface ExportVerification {
  readonly ok: boolean;
  readonly problems: readonly AuditProblem[];
  readonly records: number;
  readonly manifest: Manifest | undefined;
}

/**
 * Checks an export on its own: its manifest's signature, its bytes, and its chains.
 *
 * @param lines the lines without their line breaks, the manifest last.
 * @param publicKeys the keys that the reader trusts, in PEM.
 */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  publicKeys: readonly string[],
): Promise<ExportVerification> {
  const digest = createHash('sha256');
  const found: Segment[] = [];
  const problems: AuditProblem[] = [];
  let records = 0;
  let line: string | undefined;

  for await (const next of lines) {
    if (line !== undefined) {
      records += 1;
      digest.update(`${line}\n`);
      const problem = follow(found, line, records);
      if (problem !== undefined) problems.push(problem);
    }
    line = next;
  }

  const manifest = readManifest(line ?? '', publicKeys);
  if (typeof manifest === 'string') {
    return { ok: false, problems: [...problems, { message: manifest }], records, manifest: undefined };
  }
  if (records !== manifest.records) {
    problems.push({ message: `It has ${records} records, but its manifest says ${manifest.records}.` });
  }
  if (`sha256:${digest.digest('hex')}` !== manifest.digest) {
    problems.push({ message: "Its lines aren't those that the manifest signs." });
  }
  if (JSON.stringify(found.map(keyOf)) !== JSON.stringify(manifest.segments.map(keyOf))) {
    problems.push({ message: "Its chains aren't those that the manifest names." });
  }
  return { ok: problems.length === 0, problems, records, manifest };
}

/** Adds a record to the segment that it continues, or begins a segment with it. */
function follow(segments: Segment[], line: string, number: number): AuditProblem | undefined {
  const record = parse(line);
  if (record === undefined) return { message: `Line ${number} isn't a record.` };
  const { id: writer, epoch, seq, prev } = record.writer;
  const hash = sha256(line);
  const current = segments.at(-1);
  if (current?.writer !== writer || current.epoch !== epoch) {
    segments.push({ writer, epoch, first: seq, last: seq, prev, hash });
    return undefined;
  }
  const broken = seq !== current.last + 1 || prev !== current.hash;
  segments[segments.length - 1] = { ...current, last: seq, hash };
  return broken ? problemAt({ writer, epoch, seq }, "it doesn't follow the record before it.") : undefined;
}

function parse(line: string): StoredRecord | undefined {
  try {
    const record = JSON.parse(line);
    return typeof record?.writer === 'object' ? record : undefined;
  } catch {
    return undefined;
  }
}

function keyOf({ writer, epoch, first, last, prev, hash }: Segment): unknown[] {
  return [writer, epoch, first, last, prev, hash];
}
