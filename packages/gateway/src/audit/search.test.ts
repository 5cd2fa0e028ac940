import type { AuditFilter } from '@lockstep/model/admin';
import { matchesGlob } from '@lockstep/model/internal';
import type { NewRecord } from '@lockstep/model/record';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendAll } from '../ledger/store-port.ts';
import { openScene, type Scene } from '../testing/scene.ts';
import { callRecord } from '../testing/store.ts';
import { searchAudit } from './search.ts';
import { type Cursor, type Stretch, searchStep } from './search-step.ts';

const start = Date.parse('2026-03-01T00:00:00.000Z');
const subjects = ['ann', 'ben'];
const targets = [
  'files/read_file',
  'files/READ_file',
  'files/write%file',
  'git/log',
  'git/resource:file:///a_b',
];
const decisions = ['allow', 'deny'] as const;

/** Several calls share a millisecond. */
const calls: NewRecord[] = Array.from({ length: 240 }, (_, at) =>
  callRecord({
    time: new Date(start + Math.floor(at / 3) * 1000).toISOString(),
    target: String(targets[at % targets.length]),
    principal: {
      issuer: 'i',
      subject: String(subjects[at % 2]),
      owner: at % 5 === 0 ? 'ann' : 'zoe',
      roles: [],
    },
    decision: decisions[Math.floor(at / 7) % 2],
    outcome: at % 7 === 0 ? 'refused' : 'ok',
    ...(at % 11 === 0 && { approval: `apr_${at % 2}`, kind: 'approval.requested' as const }),
    arguments: { at },
  }),
);

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
  await scene.store.transact(appendAll, calls);
});
afterAll(() => scene[Symbol.asyncDispose]());

const numbers = async (filter: AuditFilter, limit = 1000) => {
  const { records, more } = await searchAudit(scene.store, { to: start + 1e9, ...filter }, limit);
  return { found: records.map(({ record }) => (record.arguments as { at: number }).at), more };
};

/** What a reader of the whole audit would pick, latest first. */
const picked = (filter: AuditFilter) =>
  calls
    .filter(({ time, principal, target, decision, outcome, kind, approval }) => {
      const { from = 0, to = Number.MAX_SAFE_INTEGER } = filter;
      const at = Date.parse(time);
      return (
        at >= from &&
        at <= to &&
        [undefined, principal?.subject, principal?.owner].includes(filter.principal) &&
        matchesGlob([filter.tool ?? '*'], String(target)) &&
        [undefined, decision].includes(filter.decision) &&
        [undefined, outcome].includes(filter.outcome) &&
        [undefined, kind].includes(filter.kind) &&
        [undefined, approval].includes(filter.approval)
      );
    })
    .map((call) => (call.arguments as { at: number }).at)
    .reverse();

const time = fc.integer({ min: start - 1000, max: start + 90_000 });
const filters: fc.Arbitrary<AuditFilter> = fc.record(
  {
    from: time,
    to: time,
    principal: fc.constantFrom('ann', 'ben', 'zoe', 'nobody'),
    tool: fc.constantFrom(
      ...targets,
      'files/*',
      '*file',
      'git/*_b',
      'files/write%*',
      'files/read\\_file',
      '*',
    ),
    decision: fc.constantFrom('allow', 'deny', 'approve'),
    outcome: fc.constantFrom('ok', 'refused'),
    kind: fc.constantFrom('call', 'approval.requested'),
    approval: fc.constantFrom('apr_0', 'apr_1', 'apr_2'),
  },
  { requiredKeys: [] },
);

describe('a search', () => {
  it('finds exactly the matching records, latest first', async () => {
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        expect(await numbers(filter)).toEqual({ found: picked(filter), more: false });
      }),
      { numRuns: 150 },
    );
  });

  it('stops at the limit and says that there is more', async () => {
    const all = picked({ tool: 'git/*' });
    expect(await numbers({ tool: 'git/*' }, 10)).toEqual({ found: all.slice(0, 10), more: true });
    expect(await numbers({ tool: 'git/*' }, all.length)).toEqual({ found: all, more: false });
  });

  it('returns the place and hash of each record, as stored', async () => {
    const ref = await scene.store.append(callRecord({ time: '2027-01-01T00:00:00.000Z' }), 'written');
    const { records } = await searchAudit(scene.store, {}, 1);
    expect(records).toMatchObject([
      { place: `${ref.writer}:1:${ref.seq}`, hash: ref.hash, record: { v: 1, kind: 'call' } },
    ]);
  });

  it('finds the same in stretches of any length', async () => {
    for (const length of [1, 2, 7, 1000]) {
      const found: number[] = [];
      let before: Cursor | null = null;
      do {
        const filter: AuditFilter = { decision: 'deny' };
        const stretch: Stretch = { from: start, to: start + 1e9, before, length };
        const step: Awaited<ReturnType<typeof searchStep.run>> = await scene.store.query(searchStep, {
          filter,
          stretch,
          limit: 5,
        });
        expect(step.found.length).toBeLessThanOrEqual(5);
        found.push(...step.found.map(({ record }) => JSON.parse(record).arguments.at));
        before = step.next;
      } while (before !== null);
      expect(found, `stretches of ${length}`).toEqual(picked({ decision: 'deny' }));
    }
  });

  it("doesn't read records that it leaves out", () => {
    const [plan] = scene.rows(
      `explain query plan select time, writer, epoch, seq, kind, subject, owner, target, decision, outcome from audit
       where time >= 0 and (time, writer, epoch, seq) < (9, 'w', 1, 1) order by time desc, writer desc, epoch desc, seq desc`,
    );
    expect(plan?.detail).toContain('USING COVERING INDEX audit_search');
  });
});
