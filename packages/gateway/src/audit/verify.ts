import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verification } from '@lockstep/model/admin';
import { parsePlace, printPlace, type RecordRef } from '@lockstep/model/record';
import { type AuditProblem, problemAt, readCheckpoints } from '../ledger/checkpoint.ts';
import type { AuditRow } from '../ledger/tables.ts';
import { anchorsOf } from './anchors.ts';
import { checkChains } from './chain.ts';
import { type AuditSource, auditRows } from './pages.ts';

interface VerifyInput {
  /** Every row, by writer, epoch and place. */
  readonly rows: AsyncIterable<AuditRow> | Iterable<AuditRow>;
  /** `checkpoints.jsonl`, read before the rows. */
  readonly checkpoints: string;
  /** The keys that the reader trusts, in PEM. */
  readonly publicKeys: readonly string[];
  /** A head that was noted elsewhere earlier; it must be there. */
  readonly expectHead?: RecordRef | undefined;
}

/** After this many problems, the rest is left out. */
const maxProblems = 100;

/**
 * Checks that nothing recorded was changed, removed, inserted or reordered: each record's text against its hash and
 * columns, each chain record by record, and every chain against what was signed about it.
 *
 * A cut tail is found if the shutdown was clean or `expectHead` names a record behind the cut.
 */
export async function verifyAudit(input: VerifyInput): Promise<Verification> {
  const signed = readCheckpoints(input.checkpoints, input.publicKeys);
  const anchors = anchorsOf(signed.checkpoints);
  const chains = checkChains();
  const heads = new Map<string, RecordRef>();
  const open = new Set<string>();
  const closed = new Set<string>();
  const problems: AuditProblem[] = [];
  let records = 0;
  let unsigned = 0;
  let expected = input.expectHead === undefined;

  for await (const row of input.rows) {
    records += 1;
    const { problems: found, record } = chains.next(row);
    const ref = { writer: row.writer, epoch: row.epoch, seq: row.seq, hash: row.hash };
    add(problems, found);
    add(problems, anchors.met(ref));
    if (row.seq > (anchors.lastSigned(row) ?? 0)) unsigned += 1;
    if (input.expectHead !== undefined && isSame(ref, input.expectHead)) expected = true;
    heads.set(row.writer, ref);
    if (record?.kind === 'intent') open.add(printPlace(row));
    // Another writer, whose records come first, may have closed it.
    if (record?.intent !== undefined && !open.delete(printPlace(record.intent))) {
      closed.add(printPlace(record.intent));
    }
  }

  add(problems, anchors.missing());
  add(problems, signed.problems);
  if (records > 0 && signed.checkpoints.length === 0 && signed.problems.length === 0) {
    add(problems, [
      { message: "checkpoints.jsonl is missing or empty: nothing shows that the chain wasn't recomputed." },
    ]);
  }
  if (input.expectHead !== undefined && !expected) {
    add(problems, [
      problemAt(
        input.expectHead,
        "the expected head isn't there: the end was cut off, or the chain recomputed.",
      ),
    ]);
  }
  return {
    ok: problems.length === 0,
    problems: problems.toSorted(byPlace),
    records,
    checkpoints: signed.checkpoints.length,
    heads: [...heads.values()],
    unsigned,
    openIntents: [...open].filter((place) => !closed.has(place)),
  };
}

function isSame(ref: RecordRef, expected: RecordRef): boolean {
  return printPlace(ref) === printPlace(expected) && ref.hash === expected.hash;
}

/** Orders problems by writer, epoch and place, with those that have no place last. */
function byPlace(a: AuditProblem, b: AuditProblem): number {
  const [left, right] = [a, b].map(({ place }) => parsePlace(place ?? ''));
  if (left === undefined || right === undefined)
    return Number(left === undefined) - Number(right === undefined);
  if (left.writer !== right.writer) return left.writer < right.writer ? -1 : 1;
  return left.epoch - right.epoch || left.seq - right.seq;
}

function add(problems: AuditProblem[], found: readonly AuditProblem[]): void {
  problems.push(...found.slice(0, maxProblems - problems.length));
}

/** `checkpoints.jsonl` of a data folder; empty if there is none. */
export async function readCheckpointFile(dataDir: string): Promise<string> {
  const path = join(dataDir, 'checkpoints.jsonl');
  return existsSync(path) ? readFile(path, 'utf8') : '';
}

/**
 * Verifies an audit: its chains, its checkpoints, and what is known about its heads.
 *
 * @param source a running store, or {@link openStopped}.
 */
export async function verifySource(
  source: AuditSource,
  options: {
    readonly dataDir: string;
    readonly publicKeys: readonly string[];
    readonly expectHead?: RecordRef | undefined;
  },
): Promise<Verification> {
  const { dataDir, publicKeys, expectHead } = options;
  const checkpoints = await readCheckpointFile(dataDir);
  return verifyAudit({ rows: auditRows(source), checkpoints, publicKeys, expectHead });
}
