import { newTokenSchema } from '@lockstep/model/admin';
import { Hono } from 'hono';
import type { AdminDeps, AdminEnv } from '../deps.ts';
import { Problem } from '../problem.ts';
import { actorOf, demandRole } from '../visitor.ts';
import { jsonBody } from './body.ts';

/** `/api/v1/tokens`: create, list, revoke. */
export function tokenRoutes(deps: AdminDeps): Hono<AdminEnv> {
  return new Hono<AdminEnv>()
    .use(async (c, next) => {
      demandRole(c.var.visitor, 'admin', 'Managing tokens');
      await next();
    })
    .get('/', async (c) => c.json({ tokens: await deps.tokens.list() }))
    .post('/', async (c) => {
      const created = await deps.tokens.create(await jsonBody(c, newTokenSchema), actorOf(c.var.visitor));
      if ('refused' in created) throw new Problem(409, created.refused);
      return c.json({ ...created.info, token: created.token }, 201);
    })
    .delete('/:id', async (c) => {
      const revoked = await deps.tokens.revoke(c.req.param('id'), actorOf(c.var.visitor));
      if ('refused' in revoked) throw new Problem(revoked.missing ? 404 : 409, revoked.refused);
      return c.json(revoked);
    });
}
