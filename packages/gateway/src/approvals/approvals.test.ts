import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApproveDecision, Principal } from '@lockstep/model/internal';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownerKey } from '../identity/token.ts';
import { openScene, type Scene } from '../testing/scene.ts';
import { type ApprovalRequest, type Checked, checkApproval } from './check.ts';
import { expireDue, revokeApproval, voidApprovals } from './close.ts';
import { commitIntent } from './consume.ts';
import { findApprovalById } from './queries.ts';
import { loadForResume } from './resume.ts';
import type { ApprovalState } from './row.ts';
import { giveVerdict, type VerdictAnswer } from './verdict.ts';

const agent: Principal = { issuer: 'lockstep:token', subject: 'agent', owner: 'Ben', roles: ['developer'] };
const approvalSettings = { pauseAfterDenial: 600, repeatWindow: 600 };

// One store serves all tests, since its start costs more than they do. Each test has its own calls and looks only at
// its own records.
let scene: Scene;
let test = 0;
let earlier = 0;
beforeAll(async () => {
  scene = await openScene();
});
beforeEach(async () => {
  await scene.store.transact(voidApprovals, { why: 'the next test begins' });
  test += 1;
  earlier = scene.records().length;
});
afterAll(() => scene[Symbol.asyncDispose]());

const records = () => scene.records().slice(earlier);
const kinds = () => records().map(({ kind }) => kind);

function request(
  changes: Partial<ApprovalRequest> & { quorum?: number; expiry?: number } = {},
): ApprovalRequest {
  const { quorum = 1, expiry = 3600, ...rest } = changes;
  const decision: ApproveDecision = { type: 'approve', quorum, approvers: ['security', 'sre'], expiry };
  return {
    environment: 'prod',
    source: 'npm:files@1.0.0',
    method: 'tools/call',
    target: { server: 'files', kind: 'tool', name: 'write_file' },
    class: 'write',
    locked: {
      definition: { name: 'write_file', inputSchema: { type: 'object' } },
      digest: `sha256:${'a'.repeat(64)}`,
    },
    clause: { from: 'rules.two-people', decision },
    decision,
    args: { path: 'notes.txt', content: 'the plaintext marker', test },
    principal: agent,
    reason: 'because',
    endpoint: undefined,
    settings: { ...approvalSettings, pendingPerPrincipal: 20 },
    ...rest,
  };
}

const ask = (changes: Parameters<typeof request>[0] = {}): Promise<Checked> =>
  checkApproval(scene.store, scene.keys, request(changes));

/** Requests an approval, in tests where nothing prevents it. */
async function open(
  changes: Parameters<typeof request>[0] = {},
): Promise<ApprovalState & { binding: string }> {
  const checked = await ask(changes);
  if (!('id' in checked)) throw new Error(checked.state);
  return checked;
}

async function decide(
  id: string,
  owner: string,
  verdict: 'approve' | 'deny' = 'approve',
  changes: { subject?: string; roles?: string[]; seen?: string; note?: string } = {},
): Promise<VerdictAnswer> {
  const found = await scene.store.query(findApprovalById, { id });
  return scene.store.transact(giveVerdict, {
    id,
    verdict,
    seen: changes.seen ?? found?.row.seen ?? '',
    note: changes.note ?? null,
    approver: {
      issuer: 'lockstep:token',
      subject: changes.subject ?? owner,
      owner,
      roles: changes.roles ?? ['security'],
    },
    approverOwnerKey: ownerKey(owner),
    credential: `tok_${changes.subject ?? owner}`,
  });
}

const use = ({ id, binding }: { id: string; binding: string }) =>
  scene.store.transact(commitIntent, {
    approval: { id, binding, settings: approvalSettings },
    intent: {
      kind: 'intent',
      time: new Date().toISOString(),
      environment: 'prod',
      target: 'files/write_file',
    },
  });

describe('asking', () => {
  it('opens one approval, and finds it again for an identical call', async () => {
    const first = await ask();
    expect(first).toMatchObject({
      state: 'pending',
      created: true,
      have: 0,
      quorum: 1,
      target: 'files/write_file',
    });
    // The order of keys makes no difference.
    const again = await ask({ args: { test, content: 'the plaintext marker', path: 'notes.txt' } });
    expect(again).toEqual({ ...first, created: false });
    expect(kinds().filter((kind) => kind === 'approval.requested')).toHaveLength(1);
  });

  it.each<[string, Parameters<typeof request>[0]]>([
    ['argument', { args: { path: 'notes.txt', content: 'another' } }],
    ['type of an argument', { args: { path: 'notes.txt', content: 1 } }],
    ['environment', { environment: 'staging' }],
    ['server', { target: { server: 'files2', kind: 'tool', name: 'write_file' } }],
    ['name', { target: { server: 'files', kind: 'tool', name: 'edit_file' } }],
    ['method', { method: 'prompts/get' }],
    ['source', { source: 'npm:files@1.0.1' }],
    ['digest', { locked: { definition: {}, digest: `sha256:${'b'.repeat(64)}` } }],
    ['clause', { quorum: 2 }],
    ['owner', { principal: { ...agent, owner: 'Carol' } }],
  ])('opens another approval for another %s', async (_, changes) => {
    const first = await open();
    await decide(first.id, 'Anna');
    expect(await ask(changes)).toMatchObject({ state: 'pending', created: true });
  });

  it("shares an approval among one owner's tokens, however the owner is spelled", async () => {
    const first = await open();
    expect(await ask({ principal: { ...agent, subject: 'agent-2', owner: ' ben' } })).toMatchObject({
      id: first.id,
    });
  });

  it('opens one approval if many ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => open()));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(kinds().filter((kind) => kind === 'approval.requested')).toHaveLength(1);
  });

  it('limits how many calls of one principal may wait', async () => {
    const settings = { ...approvalSettings, pendingPerPrincipal: 2 };
    await ask({ settings, args: { test, n: 1 } });
    await ask({ settings, args: { test, n: 2 } });
    expect(await ask({ settings, args: { test, n: 3 } })).toMatchObject({
      state: 'too many',
      pending: 2,
      most: 2,
    });
    // A call that already waits is still found, and others may ask.
    expect(await ask({ settings, args: { test, n: 2 } })).toMatchObject({ state: 'pending', created: false });
    const other = { ...agent, subject: 'other', owner: 'Carol' };
    expect(await ask({ settings, args: { test, n: 3 }, principal: other })).toMatchObject({
      state: 'pending',
    });
  });

  it('requests no approval of arguments that nobody could read through', async () => {
    const args = { content: 'x'.repeat(300_000) };
    expect(await ask({ args })).toMatchObject({ state: 'too large', length: 300_014, most: 262_144 });
    expect(records()).toEqual([]);
  });
});

describe('deciding', () => {
  it('needs as many humans as the clause says', async () => {
    const { id } = await open({ quorum: 2 });
    expect(await decide(id, 'Anna')).toMatchObject({ ok: true, state: { state: 'pending', have: 1 } });
    expect(await decide(id, 'Carol', 'approve', { roles: ['sre'] })).toMatchObject({
      ok: true,
      state: { state: 'approved', have: 2 },
    });
    expect(await open({ quorum: 2 })).toMatchObject({ id, state: 'approved' });
  });

  it('counts two tokens of one human once', async () => {
    const { id } = await open({ quorum: 2 });
    await decide(id, 'Anna', 'approve', { subject: 'anna-laptop' });
    expect(await decide(id, ' ANNA', 'approve', { subject: 'anna-phone' })).toMatchObject({
      ok: false,
      why: 'closed',
      sentence: expect.stringContaining('another human must decide'),
    });
    expect(await open({ quorum: 2 })).toMatchObject({ state: 'pending', have: 1 });
  });

  it.each(['Ben', 'ben', 'BEN ', 'Ｂｅｎ'])("refuses the requester's owner, spelled %j", async (owner) => {
    const { id } = await open();
    for (const verdict of ['approve', 'deny'] as const) {
      expect(await decide(id, owner, verdict)).toMatchObject({ ok: false, why: 'forbidden' });
    }
    expect(await open()).toMatchObject({ state: 'pending', have: 0 });
  });

  it('refuses somebody without any of the roles', async () => {
    const { id } = await open();
    expect(await decide(id, 'Anna', 'approve', { roles: ['admin', 'approver'] })).toMatchObject({
      ok: false,
      why: 'forbidden',
      sentence: expect.stringContaining('security or sre'),
    });
  });

  it('refuses a verdict on something else than the current request', async () => {
    const other = await open({ args: { test, path: 'other' } });
    const seen = (await scene.store.query(findApprovalById, { id: other.id }))?.row.seen ?? '';
    const { id } = await open();
    expect(await decide(id, 'Anna', 'approve', { seen })).toMatchObject({ ok: false, why: 'stale' });
    expect(await decide(id, 'Anna', 'approve', { seen: 'x' })).toMatchObject({ ok: false, why: 'stale' });
    expect(await open()).toMatchObject({ state: 'pending', have: 0 });
  });

  it('ends with one deny, and pauses', async () => {
    const { id, binding } = await open({ quorum: 2 });
    await decide(id, 'Anna');
    expect(await decide(id, 'Carol', 'deny', { note: 'Not on a Friday.' })).toMatchObject({ ok: true });
    expect(await ask({ quorum: 2 })).toMatchObject({
      id,
      created: false,
      state: 'denied',
      deniedBy: 'Carol',
      why: 'Not on a Friday.',
      pausedUntil: expect.any(String),
    });
    expect(await decide(id, 'Dora')).toMatchObject({ ok: false, why: 'closed' });
    expect(await use({ id, binding })).toMatchObject({ ok: false, state: { state: 'denied' } });
    const later = await ask({
      quorum: 2,
      settings: { ...approvalSettings, pauseAfterDenial: 0, pendingPerPrincipal: 20 },
    });
    expect(later).toMatchObject({ state: 'pending', created: true });
  });

  it('can be denied after it was approved, even by an approver, until it is used', async () => {
    const approved = await open();
    await decide(approved.id, 'Anna');
    expect(await decide(approved.id, 'Anna', 'deny')).toMatchObject({
      ok: true,
      state: { state: 'denied', have: 0 },
    });
    expect(await use(approved)).toMatchObject({ ok: false, state: { state: 'denied' } });
  });

  it('refuses an expired approval', async () => {
    const { id } = await open({ expiry: 0 });
    expect(await decide(id, 'Anna')).toMatchObject({
      ok: false,
      sentence: expect.stringContaining('expired'),
    });
    expect(kinds()).toContain('approval.closed');
  });

  it("says that an approval doesn't exist", async () => {
    expect(await decide('apr_nope', 'Anna')).toMatchObject({ ok: false, why: 'unknown' });
  });

  it('records every verdict and who gave it, even a refused one', async () => {
    const { id } = await open();
    await decide(id, 'Ben');
    await decide(id, 'Anna', 'approve', { note: 'looks fine' });
    expect(records().filter(({ kind }) => kind === 'approval.verdict')).toMatchObject([
      {
        approval: id,
        outcome: 'refused',
        principal: { owner: 'Ben' },
        error: expect.stringContaining('owner'),
      },
      {
        approval: id,
        outcome: 'ok',
        principal: { owner: 'Anna' },
        credential: 'tok_Anna',
        target: 'files/write_file',
        detail: { verdict: 'approve', note: 'looks fine', state: 'approved', have: 1 },
      },
    ]);
  });
});

describe('using', () => {
  it('lets one call through, and answers the next with its record', async () => {
    const approved = await open();
    await decide(approved.id, 'Anna');
    const used = await use(approved);
    if (!used.ok) throw new Error('refused');
    const { writer, epoch, seq } = used.ref;
    expect(await use(approved)).toMatchObject({
      ok: false,
      state: { state: 'used', usedBy: { writer, epoch, seq } },
    });
    expect(await ask()).toMatchObject({ id: approved.id, state: 'used', created: false, usedBy: { seq } });
    expect(
      records()
        .filter(({ approval }) => approval === approved.id)
        .map(({ kind }) => kind),
    ).toEqual(['approval.requested', 'approval.verdict', 'intent', 'approval.used']);
  });

  it('opens a new approval after the window', async () => {
    const approved = await open();
    await decide(approved.id, 'Anna');
    await use(approved);
    const later = await ask({ settings: { ...approvalSettings, repeatWindow: 0, pendingPerPrincipal: 20 } });
    expect(later).toMatchObject({ state: 'pending', created: true });
  });

  it('happens at most once, whatever comes in between', async () => {
    const step = fc.constantFrom(
      'use',
      'use',
      'approve Anna',
      'approve Carol',
      'approve Ben',
      'deny Dora',
      'void',
      'ask',
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        run += 1;
        const call = { quorum: 2, args: { test, run } };
        const approval = await open(call);
        const results = await Promise.all(
          steps.map(async (what) => {
            const [verb, owner = ''] = what.split(' ');
            if (verb === 'use') return use(approval);
            if (verb === 'approve' || verb === 'deny') await decide(approval.id, owner, verb);
            if (verb === 'void') await scene.store.transact(voidApprovals, { server: 'nothing', why: 'x' });
            if (verb === 'ask') await ask(call);
            return undefined;
          }),
        );
        const passed = results.filter((result) => result?.ok === true).length;
        const intents = records().filter(
          ({ kind, approval: of }) => kind === 'intent' && of === approval.id,
        ).length;
        expect(passed).toBeLessThanOrEqual(1);
        expect(intents).toBe(passed);
        const both = steps.includes('approve Anna') && steps.includes('approve Carol');
        if (!both) expect(passed).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('lets exactly one of many simultaneous calls through', async () => {
    const approved = await open();
    await decide(approved.id, 'Anna');
    const results = await Promise.all(Array.from({ length: 50 }, () => use(approved)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(kinds().filter((kind) => kind === 'intent')).toHaveLength(1);
    expect(kinds().filter((kind) => kind === 'approval.used')).toHaveLength(1);
  });

  it('refuses an approval that waits or has expired, and records no intent', async () => {
    expect(await use(await open())).toMatchObject({ ok: false, state: { state: 'pending' } });
    expect(await use(await open({ expiry: 0 }))).toMatchObject({ ok: false, state: { state: 'expired' } });
    expect(kinds()).not.toContain('intent');
  });

  it('never accepts an approval for another call', async () => {
    const approved = await open();
    await decide(approved.id, 'Anna');
    const other = await open({ args: { test, path: 'other' } });
    await expect(use({ id: approved.id, binding: other.binding })).rejects.toThrow('not for this call');
    expect(kinds()).not.toContain('intent');
  });

  it('records the intent of a call that needs no approval', async () => {
    const intent = { kind: 'intent', time: new Date().toISOString(), environment: 'prod' } as const;
    expect(await scene.store.transact(commitIntent, { intent })).toMatchObject({ ok: true });
  });
});

describe('ending', () => {
  it('opens a new approval after the old one expired, and records the end of the old one', async () => {
    const old = await open();
    await decide(old.id, 'Anna');
    scene.write(`update approvals set expires_at = ${Date.now()} where id = '${old.id}'`);
    const next = await ask();
    expect(next).toMatchObject({ state: 'pending', created: true });
    expect(next).not.toMatchObject({ id: old.id });
    expect(
      records()
        .filter(({ approval }) => approval === old.id)
        .at(-1),
    ).toMatchObject({
      kind: 'approval.closed',
      detail: { state: 'expired' },
    });
  });

  it('expires all that are due, each with a record', async () => {
    const due = await Promise.all([1, 2, 3].map((n) => open({ args: { test, n }, quorum: 3, expiry: 0 })));
    await open({ args: { test, n: 4 } });
    const closed = await scene.store.transact(expireDue, {});
    expect(closed.map(({ id }) => id).toSorted()).toEqual(due.map(({ id }) => id).toSorted());
    expect(await scene.store.transact(expireDue, {})).toEqual([]);
    expect(records().filter(({ kind }) => kind === 'approval.closed')).toHaveLength(3);
  });

  it('voids those of a target, a server, or all', async () => {
    const tool = (server: string, name: string) => open({ target: { server, kind: 'tool', name } });
    const [a, b, c] = [await tool('files', 'a'), await tool('files', 'b'), await tool('git', 'c')];
    const close = async (input: { server?: string; targets?: string[] }) =>
      (await scene.store.transact(voidApprovals, { ...input, why: 'its definition has changed' })).map(
        ({ id }) => id,
      );
    expect(await close({ targets: [] })).toEqual([]);
    expect(await close({ server: 'files', targets: ['files/a', 'git/c'] })).toEqual([a.id]);
    expect(await close({ server: 'files' })).toEqual([b.id]);
    expect(await close({})).toEqual([c.id]);
    expect(
      (await scene.store.query(findApprovalById, { id: a.id, settings: approvalSettings }))?.state,
    ).toMatchObject({
      state: 'void',
      why: 'its definition has changed',
    });
  });

  it.each<[string, (approval: { id: string; binding: string }) => Promise<unknown>]>([
    ['use', async (approval) => [await decide(approval.id, 'Anna'), await use(approval)]],
    ['denial', (approval) => decide(approval.id, 'Anna', 'deny')],
    ['voiding', () => scene.store.transact(voidApprovals, { why: 'x' })],
    ['revocation', ({ id }) => scene.store.transact(revokeApproval, { id, why: 'x', by: {} })],
  ])('wipes the arguments after %s', async (_, end) => {
    const approval = await open();
    const kept = () => scene.rows(`select arguments from approvals where id = '${approval.id}'`);
    expect(kept()).toEqual([{ arguments: expect.any(String) }]);
    await end(approval);
    expect(kept()).toEqual([{ arguments: null }]);
  });

  it('never stores an argument in clear', async () => {
    const approval = await open();
    await decide(approval.id, 'Anna');
    await use(approval);
    await scene.store.flush();
    const files = readdirSync(scene.dir).filter((name) => name.startsWith('gateway.db'));
    expect(files).not.toEqual([]);
    for (const name of files) {
      expect(readFileSync(join(scene.dir, name)).includes('plaintext marker')).toBe(false);
    }
  });
});

describe('resuming', () => {
  const resume = (id: string, principal = agent) =>
    loadForResume(scene.store, scene.keys, id, principal, approvalSettings);

  it('returns the call to the principal that made it', async () => {
    const { id } = await open({ endpoint: 'files' });
    const call = {
      method: 'tools/call',
      server: 'files',
      kind: 'tool',
      name: 'write_file',
      args: { path: 'notes.txt', content: 'the plaintext marker', test },
      endpoint: 'files',
      reason: 'because',
    };
    expect(await resume(id)).toEqual({ call });
    await decide(id, 'Anna');
    expect(await resume(id)).toEqual({ call });
  });

  it('tells others nothing, not even that the approval exists', async () => {
    const { id } = await open();
    const told = await resume(id, { ...agent, subject: 'agent-2' });
    expect(told).toEqual({ unknown: expect.stringContaining('You have no approval') });
    expect(JSON.stringify(await resume('apr_nope'))).toBe(JSON.stringify(told).replace(id, 'apr_nope'));
  });

  it('says how it ended', async () => {
    const approval = await open();
    await decide(approval.id, 'Anna');
    await use(approval);
    expect(await resume(approval.id)).toMatchObject({ closed: { state: 'used', usedBy: { epoch: 1 } } });
    const expired = await open({ args: { test, x: 1 }, expiry: 0 });
    expect(await resume(expired.id)).toMatchObject({ closed: { state: 'expired' } });
  });
});
