import { verdictSchema } from '@lockstep/model/admin';
import { type Context, Hono } from 'hono';
import { listApprovals } from '../approvals/queries.ts';
import { detail, isFor, summaryOf } from './approval-view.ts';
import type { AdminDeps, AdminEnv } from './deps.ts';
import { findOrEnd, recordVerdict } from './give-verdict.ts';
import { approvalPage, approvalsPage } from './pages/approvals.ts';
import { notice } from './pages/layout.ts';
import { comeAgainPage, signInPage } from './pages/sign-in-form.ts';
import type { Html } from './pages/text.ts';
import { HttpProblem, parseRequest, RefusedSignIn } from './visitor.ts';
import {
  demandForm,
  demandSameOrigin,
  frameFor,
  type PageVisitor,
  signedIn,
  signOut,
  startWebSession,
} from './web-session.ts';

/** The pages on which humans decide. */
export function pageRoutes(
  deps: AdminDeps,
  onRefused: (refused: RefusedSignIn) => Promise<void>,
): Hono<AdminEnv> {
  return new Hono<AdminEnv>()
    .get('/', (c) => c.redirect('/approvals', 303))
    .get('/signin', (c) => c.html(signInPage(frameFor(deps, undefined), ownPath(c.req.query('next')))))
    .post('/signin', async (c) => {
      demandSameOrigin(c);
      const { token, next } = await formOf(c);
      try {
        await startWebSession(c, deps, (token ?? '').trim());
      } catch (error) {
        if (!(error instanceof RefusedSignIn)) throw error;
        await onRefused(error);
        return c.html(signInPage(frameFor(deps, undefined), ownPath(next), error.message), 401);
      }
      return c.redirect(ownPath(next), 303);
    })
    .post('/signout', async (c) => {
      demandSameOrigin(c);
      const visitor = await signedIn(c, deps);
      if (visitor !== undefined) demandForm(deps, visitor, (await formOf(c)).form ?? '');
      signOut(c, deps);
      return c.redirect('/signin', 303);
    })
    .get('/approvals', async (c) => {
      const visitor = await signedIn(c, deps);
      if (visitor === undefined) return askToSignIn(c, deps);
      const found = await deps.store.query(listApprovals, { open: false, limit: 200 });
      const approvals = found.map((one) => summaryOf(one, deps.publicUrl()));
      return c.html(
        approvalsPage(frameFor(deps, visitor), approvals, (approval) => isFor(approval, visitor.holder)),
      );
    })
    .get('/approvals/:id', async (c) => {
      const visitor = await signedIn(c, deps);
      if (visitor === undefined) return askToSignIn(c, deps);
      return c.html(await showPage(deps, visitor, c.req.param('id')));
    })
    .post('/approvals/:id', async (c) => {
      demandSameOrigin(c);
      const visitor = await signedIn(c, deps);
      if (visitor === undefined) return c.redirect(signInPath(c.req.path), 303);
      const { form, ...given } = await formOf(c);
      demandForm(deps, visitor, form ?? '');
      try {
        await recordVerdict(deps, visitor.holder, c.req.param('id'), parseRequest(verdictSchema, given));
      } catch (error) {
        if (!(error instanceof HttpProblem) || error.status === 404) throw error;
        return c.html(
          await showPage(deps, visitor, c.req.param('id'), notice('bad', error.message)),
          error.status,
        );
      }
      return c.redirect(c.req.path, 303);
    });
}

async function showPage(deps: AdminDeps, visitor: PageVisitor, id: string, message?: Html): Promise<Html> {
  const approval = detail(await findOrEnd(deps, id), visitor.holder, deps.keys, deps.publicUrl());
  return approvalPage(frameFor(deps, visitor), approval, message);
}

function askToSignIn(c: Context<AdminEnv>, deps: AdminDeps): Response | Promise<Response> {
  const frame = frameFor(deps, undefined);
  if (c.req.header('sec-fetch-site') === 'cross-site')
    return c.html(comeAgainPage(frame, ownPath(c.req.path)));
  return c.redirect(signInPath(c.req.path), 303);
}

function signInPath(next: string): string {
  return `/signin?next=${encodeURIComponent(ownPath(next))}`;
}

/** The path of one of our pages; any other path becomes the list's. */
function ownPath(path: string | undefined): string {
  return path !== undefined && /^\/approvals(\/[A-Za-z0-9_-]{1,64})?$/.test(path) ? path : '/approvals';
}

async function formOf(c: Context<AdminEnv>): Promise<Partial<Record<string, string>>> {
  const form = await c.req.parseBody();
  return Object.fromEntries(
    Object.entries(form).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
