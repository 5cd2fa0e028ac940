import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { refuseHost } from '../identity/host-guard.ts';
import { approvalRoutes, auditRoutes, statusRoutes, tokenRoutes } from './api.ts';
import type { AdminDeps, AdminEnv } from './deps.ts';
import { pageRoutes } from './page-routes.ts';
import { pageHeaders } from './pages/layout.ts';
import { problemPage } from './pages/sign-in-form.ts';
import { HttpProblem, RefusedSignIn, visitorOf } from './visitor.ts';
import { frameFor, signedIn } from './web-session.ts';

/** Most bytes in the body of an API request or a form. */
const maxBody = 64 * 1024;

export type AdminApp = Hono<AdminEnv>;

/**
 * The admin API (`/api/v1/…`) and the pages. Each request is authenticated, authorized, carried out and recorded, in
 * this order. Refused sign-ins are recorded too.
 */
export function adminApp(deps: AdminDeps): AdminApp {
  const recordRefused = (where: 'page' | 'api') => async (refused: RefusedSignIn) => {
    await deps.store.append(
      {
        kind: 'signin.refused',
        time: new Date().toISOString(),
        environment: deps.environment,
        ...(refused.tokenId !== undefined && { credential: refused.tokenId }),
        outcome: 'refused',
        error: refused.message,
        detail: { where },
      },
      'written',
    );
  };

  const api = new Hono<AdminEnv>()
    .use(async (c, next) => {
      c.set(
        'visitor',
        visitorOf(
          c.req.header('authorization'),
          c.env.onSocket === true ? deps.onSocket : undefined,
          deps.tokens,
        ),
      );
      await next();
    })
    .route('/approvals', approvalRoutes(deps))
    .route('/tokens', tokenRoutes(deps))
    .route('/audit', auditRoutes(deps))
    .route('/status', statusRoutes(deps));

  return new Hono<AdminEnv>()
    .use(async (c, next) => {
      for (const [name, value] of Object.entries(pageHeaders)) c.header(name, value);
      const refused =
        c.env.onSocket === true
          ? undefined
          : refuseHost(Object.fromEntries(c.req.raw.headers), deps.allowedHosts());
      if (refused !== undefined) throw new HttpProblem(403, refused);
      await next();
    })
    .use(async (c, next) => {
      // Node cuts a body at its declared length, so checking the length is enough.
      if (c.req.header('transfer-encoding') !== undefined) {
        throw new HttpProblem(411, 'The body has no declared length; send it with `content-length`.');
      }
      if (Number(c.req.header('content-length') ?? 0) > maxBody) {
        throw new HttpProblem(413, `The body is over ${maxBody} bytes; send less.`);
      }
      await next();
    })
    .route('/api/v1', api)
    .route('/', pageRoutes(deps, recordRefused('page')))
    .notFound(async (c) => {
      if (isApi(c.req.path))
        return c.json({ error: 'There is nothing at this address; check its spelling.' }, 404);
      return c.html(
        problemPage(frameFor(deps, await signedIn(c, deps)), 'There is nothing at this address.'),
        404,
      );
    })
    .onError(async (error, c) => {
      if (error instanceof RefusedSignIn) await recordRefused('api')(error);
      const status = error instanceof HttpProblem ? error.status : 500;
      const sentence =
        error instanceof HttpProblem
          ? error.message
          : 'The gateway failed to answer this request; see its log.';
      if (status === 500) deps.onFailure(error);
      if (status === 401) c.header('www-authenticate', 'Bearer');
      if (isApi(c.req.path)) return c.json({ error: sentence }, status);
      return c.html(problemPage(frameFor(deps, await signedIn(c, deps)), sentence), status);
    });
}

/** Wraps the app for Node's HTTP server. */
export function adminListener(app: AdminApp): RequestListener {
  return getRequestListener((request) => app.fetch(request, {}), { overrideGlobalObjects: false });
}

function isApi(path: string): boolean {
  return path.startsWith('/api/');
}
