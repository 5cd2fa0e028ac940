import { Hono } from 'hono';
import type { AdminDeps, AdminEnv } from '../deps.ts';

/** `/api/v1/audit`: verify, search, export. */
export function auditRoutes(_deps: AdminDeps): Hono<AdminEnv> {
  return new Hono<AdminEnv>();
}
