import {
  type ApprovalDetail,
  type ApprovalSummary,
  approvalListQuery,
  auditExportQuery,
  auditSearchQuery,
  auditVerifyQuery,
  newTokenSchema,
  revokeSchema,
  type Status,
  verdictSchema,
} from '@lockstep/model/admin';
import type { StoredRecord } from '@lockstep/model/record';
import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import { countWaiting, listApprovals } from '../approvals/queries.ts';
import { exportAudit } from '../audit/export.ts';
import { searchAudit } from '../audit/search.ts';
import { verifySource } from '../audit/verify.ts';
import type { Keys } from '../keys/keys.ts';
import { detail, isFor, summaryOf } from './approval-view.ts';
import type { AdminDeps, AdminEnv } from './deps.ts';
import { findOrEnd, recordVerdict, revoke } from './give-verdict.ts';
import { actorOf, demandForAgent, demandRole, HttpProblem, parseRequest, type Visitor } from './visitor.ts';

/** How many lines of an export are sent at once. */
const batch = 200;

/** `/api/v1/audit`: verify, search, export. */
export function auditRoutes(deps: AdminDeps): Hono<AdminEnv> {
  const { store, keys, dataDir, environment } = deps;
  return new Hono<AdminEnv>()
    .use(async (c, next) => {
      demandRole(c.var.visitor, 'auditor', 'Reading the audit');
      await next();
    })
    .get('/verify', async (c) => {
      const { expectHead } = parseRequest(auditVerifyQuery, c.req.query());
      return c.json(await verifySource(store, { dataDir, publicKeys: keys.publicKeys, expectHead }));
    })
    .get('/search', async (c) => {
      const { limit, ...filter } = parseRequest(auditSearchQuery, c.req.query());
      const { records, more } = await searchAudit(store, filter, limit);
      return c.json({
        records: records.map((found) => ({ ...found, salt: saltOf(found.record, c.var.visitor, keys) })),
        more,
      });
    })
    .get('/export', (c) => {
      const { from, to } = parseRequest(auditExportQuery, c.req.query());
      const lines = exportAudit(store, { environment, from, to, sign: keys.sign });
      return c.body(ReadableStream.from(encoded(lines)), 200, { 'content-type': 'application/x-ndjson' });
    });
}

/** The salt, with which an auditor can show that a record's commitment is to certain arguments. */
function saltOf({ salt }: StoredRecord, visitor: Visitor, keys: Keys): string | null {
  if (salt === undefined || visitor.kind === 'operator') return null;
  return keys.openSalt(salt);
}

async function* encoded(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let waiting: string[] = [];
  const encode = () => Buffer.from(`${waiting.join('\n')}\n`);
  for await (const line of lines) {
    waiting.push(line);
    if (waiting.length < batch) continue;
    yield encode();
    waiting = [];
  }
  if (waiting.length > 0) yield encode();
}

/** `/api/v1/approvals`: list, look, decide, revoke. */
export function approvalRoutes(deps: AdminDeps): Hono<AdminEnv> {
  const show = async (id: string, visitor: Visitor): Promise<ApprovalDetail> =>
    detail(await findOrEnd(deps, id), visitor, deps.keys, deps.publicUrl());

  return new Hono<AdminEnv>()
    .get('/', async (c) => {
      const { state, for: whom, limit } = parseRequest(approvalListQuery, c.req.query());
      const found = await deps.store.query(listApprovals, { open: state === 'open', limit });
      const approvals: ApprovalSummary[] = found
        .map((one) => summaryOf(one, deps.publicUrl()))
        .filter((one) => whom === undefined || isFor(one, c.var.visitor));
      return c.json({ approvals });
    })
    .get('/:id', async (c) => c.json(await show(c.req.param('id'), c.var.visitor)))
    .post('/:id/verdict', async (c) => {
      await recordVerdict(deps, c.var.visitor, c.req.param('id'), await jsonBody(c, verdictSchema));
      return c.json(await show(c.req.param('id'), c.var.visitor));
    })
    .post('/:id/revoke', async (c) => {
      await revoke(deps, c.var.visitor, c.req.param('id'), await jsonBody(c, revokeSchema));
      return c.json(await show(c.req.param('id'), c.var.visitor));
    });
}

/** Reads a JSON body of a known shape, or ends the request with what is wrong. */
async function jsonBody<T extends z.ZodType>(c: Context, schema: T): Promise<z.output<T>> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
    throw new HttpProblem(415, 'The body must be JSON; send `content-type: application/json`.');
  }
  let body: unknown;
  try {
    body = JSON.parse(await c.req.text());
  } catch {
    throw new HttpProblem(400, "The body isn't JSON; correct it.");
  }
  return parseRequest(schema, body);
}

/** `/api/v1/status`: what is running, for anybody who is signed in. */
export function statusRoutes(deps: AdminDeps): Hono<AdminEnv> {
  return new Hono<AdminEnv>().get('/', async (c) => {
    const status: Status = {
      ...deps.status(),
      approvalsWaiting: await deps.store.query(countWaiting, null),
    };
    return c.json(status);
  });
}

/** `/api/v1/tokens`: create, list, revoke. */
export function tokenRoutes(deps: AdminDeps): Hono<AdminEnv> {
  return new Hono<AdminEnv>()
    .use(async (c, next) => {
      demandRole(c.var.visitor, 'admin', 'Managing tokens');
      await next();
    })
    .get('/', async (c) => c.json({ tokens: await deps.tokens.list() }))
    .post('/', async (c) => {
      const wish = await jsonBody(c, newTokenSchema);
      demandForAgent(c.var.visitor, wish);
      const created = await deps.tokens.create(wish, actorOf(c.var.visitor));
      if ('refused' in created) throw new HttpProblem(409, created.refused);
      return c.json({ ...created.info, token: created.token }, 201);
    })
    .delete('/:id', async (c) => {
      const revoked = await deps.tokens.revoke(c.req.param('id'), actorOf(c.var.visitor));
      if ('refused' in revoked) throw new HttpProblem(revoked.missing ? 404 : 409, revoked.refused);
      return c.json(revoked);
    });
}
