import type { ApprovalDetail } from '@lockstep/model/admin';
import type { Clause } from '@lockstep/model/internal';
import pc from 'picocolors';
import { expect, test } from 'vitest';
import { printApproval } from './approval.ts';

const clause: Clause = {
  from: 'rules.public-writes',
  roles: ['ops'],
  when: 'pathUnder(args.path, "public")',
  decision: { type: 'approve', quorum: 2, approvers: ['security'], expiry: 3600 },
};

const approval: ApprovalDetail = {
  id: 'apr_1',
  environment: 'prod',
  server: 'files',
  target: 'files/write',
  method: 'tools/call',
  class: 'write',
  state: 'pending',
  have: 0,
  quorum: 2,
  approvers: ['security'],
  requester: { issuer: 'lockstep:token', subject: 'agent', owner: 'ada', roles: ['ops'] },
  requestedAt: '2026-01-02T03:04:05.678Z',
  expiresAt: '2026-01-02T04:04:05.678Z',
  closedAt: null,
  why: null,
  deniedBy: null,
  usedBy: null,
  url: 'http://127.0.0.1:7411/approvals/apr_1',
  source: 'npm:@example/files@1.0.0',
  kind: 'tool',
  name: 'write',
  definition: null,
  definitionDigest: null,
  clause: JSON.parse(JSON.stringify(clause)),
  client: null,
  reason: null,
  endpoint: null,
  arguments: { path: 'public/a' },
  argumentsHidden: null,
  seen: 'x',
  verdicts: [],
  mayNotDecide: null,
  hasApproved: false,
};

test('the clause is shown as the permission table has it', () => {
  expect(printApproval(approval, pc.createColors(false)).split('\n')).toContain(
    'clause       for ops when "pathUnder(args.path, \\"public\\")" approve by 2 of security within 3600s # rules.public-writes',
  );
});
