import { html } from 'hono/html';
import { type Frame, layout, notice } from './layout.ts';
import type { Html } from './text.ts';

/** The page that exchanges an admin token for a cookie. `next` is one of our pages. */
export function signInPage(frame: Frame, next: string, refused?: string): Html {
  return layout(
    frame,
    'Sign in',
    html`<div class="card">
  <div class="title"><h1>Sign in</h1></div>
  ${refused === undefined ? '' : notice('bad', refused)}
  <form method="post" action="/signin">
    <input type="hidden" name="next" value="${next}">
    <label>Admin token
      <input name="token" type="password" autocomplete="current-password" placeholder="lks_…" required autofocus spellcheck="false"></label>
    <button class="yes">Sign in</button>
  </form>
  <details><summary>Where do I get one?</summary>
    <p class="small quiet">The people who run this gateway create it, with you as the owner and an approver role:</p>
    <pre class="json">lockstep token create you --owner you \\
  --for admin --role approver</pre>
  </details>
</div>`,
    { narrow: true },
  );
}

/**
 * Makes the browser request the page again. After a link from another site (a chat, a mail), browsers don't send the
 * `SameSite=Strict` cookie, so a visitor seems not to be signed in. The second request comes from our own page.
 */
export function comeAgainPage(frame: Frame, path: string): Html {
  return layout(frame, 'Opening', html`<p><a href="${path}">Open the approval</a></p>`, {
    narrow: true,
    head: html`<meta http-equiv="refresh" content="0; url=${path}">`,
  });
}

/** The page for any other failed request. */
export function problemPage(frame: Frame, sentence: string): Html {
  return layout(
    frame,
    "That didn't work",
    html`<div class="card"><div class="title"><h1>That didn't work</h1></div><p>${sentence}</p><p class="small"><a href="/approvals">All approvals</a></p></div>`,
    { narrow: true },
  );
}
