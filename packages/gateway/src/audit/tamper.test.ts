import { sha256 } from '@lockstep/model/internal';
import type { StoredRecord } from '@lockstep/model/record';
import { temporaryFolder } from '@lockstep/testing/folder';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openKeys } from '../keys/keys.ts';
import { columnNames, columnValues } from '../ledger/event.ts';
import type { AuditRow } from '../ledger/tables.ts';
import { firstPlace, type History, makeHistory, tamper } from '../testing/history.ts';
import { verifyAudit } from './verify.ts';

let history: History;
beforeAll(async () => {
  history = await makeHistory();
});
const verify = (changes: Partial<History>) => verifyAudit({ ...history, ...changes });

/** Acts like an attacker who can write to the database: every text, hash and column agrees again. */
function recompute(rows: readonly AuditRow[]): AuditRow[] {
  let prev: string | null = null;
  return rows.map((row) => {
    const record: StoredRecord = JSON.parse(row.record);
    const text: string = JSON.stringify({
      ...record,
      writer: { epoch: row.epoch, id: row.writer, prev, seq: row.seq },
    });
    const columns = Object.fromEntries(columnNames.map((name, at) => [name, columnValues(record)[at]]));
    prev = sha256(text);
    return { ...row, ...columns, record: text, hash: prev } as AuditRow;
  });
}

const rowAt = fc.nat().map((at) => at % history.rows.length);

describe('a changed row', () => {
  const columns = ['writer', 'epoch', 'seq', 'hash', 'record', ...columnNames] as const;

  it.each(columns)('is found if its %s was changed', async (column) => {
    const other = (value: string | number | null) =>
      typeof value === 'number' ? value + 100 : `${value ?? ''}x`;
    await fc.assert(
      fc.asyncProperty(rowAt, async (at) => {
        const found = await tamper(history, (rows) =>
          rows.map((row, index) => (index === at ? { ...row, [column]: other(row[column]) } : row)),
        );
        expect(found.ok).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('is reported first, with the reason', async () => {
    const found = await tamper(history, (rows) =>
      rows.map((row, at) => (at === 3 ? { ...row, target: 's/other' } : row)),
    );
    expect(firstPlace(found)).toBe('1:4');
    expect(found.problems).toHaveLength(1);
    expect(found.problems[0]?.message).toContain('target');
  });

  it('is found if only a few of its bytes changed, along with its hash', async () => {
    const found = await tamper(history, (rows) =>
      rows.map((row, at) => {
        const record = row.record.replace('files/read_file', 'files/read_fil3').replace('tool-2', 'tool-9');
        return at === 3 ? { ...row, record, hash: sha256(record), target: 's/tool-9' } : row;
      }),
    );
    // The row agrees with itself, but the next one gives it away.
    expect(firstPlace(found)).toBe('1:5');
  });
});

describe('rows removed, inserted or reordered', () => {
  it('are found, whichever row was removed', async () => {
    for (const [at, row] of history.rows.entries()) {
      const found = await tamper(history, (rows) => rows.toSpliced(at, 1));
      expect(found.ok, `without ${row.epoch}:${row.seq}`).toBe(false);
      if (at + 1 < history.rows.length) expect(firstPlace(found)).toBe(`${row.epoch}:${row.seq}`);
    }
  });

  it('are found if a whole epoch was removed', async () => {
    expect(firstPlace(await tamper(history, (rows) => rows.filter(({ epoch }) => epoch !== 1)))).toBe('1:1');
    expect(firstPlace(await tamper(history, (rows) => rows.filter(({ epoch }) => epoch !== 2)))).toBe('2:1');
  });

  it('are found if everything was removed', async () => {
    expect(await tamper(history, () => [])).toMatchObject({ ok: false });
  });

  it('are found if a row was inserted and the numbers shifted', async () => {
    const found = await tamper(history, (rows) => {
      const shifted = rows.map((row) =>
        row.epoch === 1 && row.seq > 4 ? { ...row, seq: row.seq + 1 } : row,
      );
      return shifted.toSpliced(4, 0, { ...(rows[3] as AuditRow), seq: 5 });
    });
    expect(firstPlace(found)).toBe('1:5');
  });

  it('are found if a row was added at the end, however well it fits', async () => {
    const found = await tamper(history, (rows) =>
      recompute([...rows, { ...(rows.at(-1) as AuditRow), seq: rows.length / 2 + 1 }]),
    );
    expect(found.ok).toBe(false);
  });

  it('are found if two rows were swapped', async () => {
    await fc.assert(
      fc.asyncProperty(rowAt, rowAt, async (a, b) => {
        fc.pre(a !== b);
        const found = await tamper(history, (rows) => {
          const [left, right] = [rows[a], rows[b]] as [AuditRow, AuditRow];
          const swapped = {
            [a]: { ...right, epoch: left.epoch, seq: left.seq },
            [b]: { ...left, epoch: right.epoch, seq: right.seq },
          };
          return rows.map((row, at) => swapped[at] ?? row);
        });
        expect(found.ok).toBe(false);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a recomputed chain', () => {
  it('agrees with itself, but not with the checkpoints', async () => {
    await fc.assert(
      fc.asyncProperty(rowAt, async (at) => {
        const changed = history.rows.map((row, index) =>
          index === at ? { ...row, record: row.record.replace('"v":1', '"traceId":"forged","v":1') } : row,
        );
        const found = await verify({ rows: recompute(changed) });
        expect(found.ok).toBe(false);
        // Only a checkpoint can show it.
        expect(found.problems.every(({ message }) => message.includes('checkpoint'))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('is found if the forger has other keys', async () => {
    await using other = await temporaryFolder();
    const forger = await openKeys(other.path);
    expect(await verify({ publicKeys: forger.publicKeys })).toMatchObject({ ok: false });
  });

  it('is found if the checkpoints are missing', async () => {
    expect(await verify({ rows: recompute(history.rows), checkpoints: '' })).toMatchObject({ ok: false });
  });
});
