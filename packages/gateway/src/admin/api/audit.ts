import { auditExportQuery, auditSearchQuery, auditVerifyQuery } from '@lockstep/model/admin';
import type { StoredRecord } from '@lockstep/model/record';
import { Hono } from 'hono';
import { exportAudit } from '../../audit/export.ts';
import { searchAudit } from '../../audit/search.ts';
import { verifySource } from '../../audit/stopped.ts';
import type { Keys } from '../../keys/keys.ts';
import type { AdminDeps, AdminEnv } from '../deps.ts';
import { parseRequest } from '../problem.ts';
import { demandRole, type Visitor } from '../visitor.ts';

/** Lines of an export that are sent at once. */
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

/** With the salt, an auditor can show that a record's commitment is to certain arguments. */
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
