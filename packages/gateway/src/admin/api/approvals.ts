import {
  type ApprovalDetail,
  type ApprovalSummary,
  approvalListQuery,
  revokeSchema,
  verdictSchema,
} from '@lockstep/model/admin';
import { Hono } from 'hono';
import { detail, summarise } from '../approval-view.ts';
import { decide, findOrEnd, revoke } from '../decide.ts';
import type { AdminDeps, AdminEnv } from '../deps.ts';
import { parseRequest } from '../problem.ts';
import type { Visitor } from '../visitor.ts';
import { jsonBody } from './body.ts';

/** `/api/v1/approvals`: list, look, decide, revoke. */
export function approvalRoutes(deps: AdminDeps): Hono<AdminEnv> {
  const show = async (id: string, visitor: Visitor): Promise<ApprovalDetail> =>
    detail(await findOrEnd(deps, id), visitor, deps.keys, deps.publicUrl());

  return new Hono<AdminEnv>()
    .get('/', async (c) => {
      const { state, limit } = parseRequest(approvalListQuery, c.req.query());
      const found = await deps.store.query('listApprovals', { open: state === 'open', limit });
      const approvals: ApprovalSummary[] = found.map((one) => summarise(one, deps.publicUrl()));
      return c.json({ approvals });
    })
    .get('/:id', async (c) => c.json(await show(c.req.param('id'), c.var.visitor)))
    .post('/:id/verdict', async (c) => {
      await decide(deps, c.var.visitor, c.req.param('id'), await jsonBody(c, verdictSchema));
      return c.json(await show(c.req.param('id'), c.var.visitor));
    })
    .post('/:id/revoke', async (c) => {
      await revoke(deps, c.var.visitor, c.req.param('id'), await jsonBody(c, revokeSchema));
      return c.json(await show(c.req.param('id'), c.var.visitor));
    });
}
