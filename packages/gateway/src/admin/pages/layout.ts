import type { ApprovalSummary } from '@lockstep/model/admin';
import { html, raw } from 'hono/html';
import { style, styleHash } from './style.ts';
import { type Html, shownText } from './text.ts';

/** What surrounds every page. */
export interface Frame {
  readonly environment: string;
  /** Who is signed in, and the token that the sign-out form must send back. */
  readonly signedIn?: { readonly owner: string; readonly formToken: string };
}

const mark = raw(
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 4h8v8H7v8H3z"/><path d="M21 20h-8v-8h4V4h4z"/></svg>',
);

/** Headers of every page: no scripts, nothing from other origins, no frames, no caching. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    `style-src '${styleHash}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // With `no-referrer`, browsers would send `Origin: null` with our own forms.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Lays out a whole page. */
export function layout(
  frame: Frame,
  title: string,
  content: Html,
  options: { narrow?: boolean; head?: Html } = {},
): Html {
  const { signedIn } = frame;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${options.head ?? ''}<title>${title} · Lockstep ${frame.environment}</title>
<style>${raw(style)}</style>
</head>
<body>
<header class="bar">
  <a class="brand" href="/approvals">${mark} Lockstep</a>
  <span class="badge">${frame.environment}</span>
  ${
    signedIn === undefined
      ? ''
      : html`<form class="who" method="post" action="/signout">
    <span>${shownText(signedIn.owner)}</span>
    <input type="hidden" name="form" value="${signedIn.formToken}">
    <button class="plain">Sign out</button>
  </form>`
  }
</header>
<main${options.narrow === true ? raw(' class="narrow"') : ''}>
${content}
</main>
</body>
</html>
`;
}

/** One sentence above everything else. */
export function notice(kind: 'good' | 'bad', sentence: string): Html {
  return html`<p class="notice ${kind}" role="status">${shownText(sentence)}</p>`;
}

const classTone = { read: 'good', write: 'warn', destructive: 'bad' } as const;
const stateTone = {
  pending: 'warn',
  approved: 'good',
  used: 'good',
  denied: 'bad',
  expired: '',
  void: '',
} as const;
const stateWord = {
  pending: 'waiting',
  approved: 'approved, not used yet',
  used: 'approved and carried out',
  denied: 'denied',
  expired: 'expired',
  void: 'void',
} as const;

/** A badge with the access class. */
export function classMark(of: Pick<ApprovalSummary, 'class'>): Html {
  return html`<span class="badge ${classTone[of.class]}">${of.class}</span>`;
}

/** A badge with the state of the approval. */
export function stateMark(of: Pick<ApprovalSummary, 'state' | 'have' | 'quorum'>): Html {
  const progress = of.state === 'pending' ? ` · ${of.have} of ${of.quorum}` : '';
  return html`<span class="badge ${stateTone[of.state]}">${stateWord[of.state]}${progress}</span>`;
}
