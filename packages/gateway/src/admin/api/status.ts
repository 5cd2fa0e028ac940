import type { Status } from '@lockstep/model/admin';
import { Hono } from 'hono';
import type { AdminDeps, AdminEnv } from '../deps.ts';

/** `/api/v1/status`: what runs, for anybody signed in. */
export function statusRoutes(deps: AdminDeps): Hono<AdminEnv> {
  return new Hono<AdminEnv>().get('/', async (c) => {
    const status: Status = {
      ...deps.status(),
      approvalsWaiting: await deps.store.query('countWaiting', null),
    };
    return c.json(status);
  });
}
