import { describe, expect, it } from 'vitest';
import type { ApprovalState } from './row.ts';
import { approvalSentence, unknownApproval } from './sentences.ts';

const pointers = { url: 'http://127.0.0.1:7411/approvals/apr_1', resumeTool: 'lockstep__resume' };
const state: ApprovalState = {
  id: 'apr_1',
  target: 'files/write_file',
  state: 'pending',
  have: 1,
  quorum: 2,
  approvers: ['security', 'sre'],
  requestedAt: '2026-11-21T09:00:00.000Z',
  expiresAt: '2026-11-22T09:00:00.000Z',
};
const say = (changes: Partial<ApprovalState>) => approvalSentence({ ...state, ...changes }, pointers);

describe('what a model reads', () => {
  it('while it waits: who must approve, where, until when, and how to continue', () => {
    expect(say({})).toBe(
      'files/write_file waits for approval by 2 other humans with the role security or sre (1 so far), and nothing was done; they decide at http://127.0.0.1:7411/approvals/apr_1 until 2026-11-22 09:00 UTC. Then call lockstep__resume with {"approval":"apr_1"}, or make the same call again.',
    );
    expect(say({ quorum: 1, have: 0 })).toContain(
      'by another human with the role security or sre (0 so far)',
    );
  });

  it('when it is approved', () => {
    expect(say({ state: 'approved' })).toBe(
      'files/write_file is approved; call lockstep__resume with {"approval":"apr_1"} before 2026-11-22 09:00 UTC to carry it out.',
    );
  });

  it('when it was denied: by whom, why, and when to ask again', () => {
    const denied = { state: 'denied', deniedBy: 'Anna', closedAt: '2026-11-21T10:00:00.000Z' } as const;
    expect(say({ ...denied, why: 'Not on a Friday.', pausedUntil: '2026-11-21T10:10:00.000Z' })).toBe(
      "Anna denied files/write_file (“Not on a Friday.”) and nothing was done; don't make the same call again before 2026-11-21 10:10 UTC: do something else, or talk to them.",
    );
    expect(say({ ...denied, why: 'a\u202Eb\u001B[2J' })).toContain('(“a\\u202eb\\u001b[2J”)');
  });

  it('when it was used: by which record, and when the same call needs a new approval', () => {
    expect(
      say({
        state: 'used',
        closedAt: '2026-11-21T10:00:00.000Z',
        pausedUntil: '2026-11-21T10:10:00.000Z',
        usedBy: { writer: 'w', epoch: 2, seq: 7, hash: 'sha256:0' },
      }),
    ).toBe(
      'The same call of files/write_file was already carried out at 2026-11-21 10:00 UTC under approval apr_1 (audit record w:2:7), and was not repeated; from 2026-11-21 10:10 UTC the same call opens a new approval.',
    );
  });

  it('when it expired or was voided', () => {
    expect(say({ state: 'expired' })).toContain(
      'expired unused at 2026-11-22 09:00 UTC and nothing was done; make the call again',
    );
    expect(say({ state: 'void', why: 'its definition has changed.' })).toContain(
      'is void (its definition has changed) and nothing was done; make the call again',
    );
  });

  it('when too many calls wait', () => {
    const tooMany = { state: 'too many', target: 'files/write_file', pending: 20, most: 20 } as const;
    expect(approvalSentence(tooMany, pointers)).toContain('20 of your calls already wait');
  });

  it('when nobody could read through the arguments', () => {
    const tooLarge = {
      state: 'too large',
      target: 'files/write_file',
      length: 300_014,
      most: 262_144,
    } as const;
    expect(approvalSentence(tooLarge, pointers)).toContain('do it in smaller calls');
  });

  it('when the approval belongs to somebody else', () => {
    expect(unknownApproval(`apr\u202E${'x'.repeat(500)}`)).toMatch(/^You have no approval `apr\\u202ex{56}`/);
  });
});
