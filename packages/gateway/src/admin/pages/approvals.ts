import type { ApprovalSummary } from '@lockstep/model/admin';
import { html } from 'hono/html';
import { classMark, type Frame, layout, stateMark } from './layout.ts';
import { distance, type Html, shownText } from './text.ts';

/** The list: what waits for the visitor first, then what others decide on, then what is over. */
export function approvalsPage(
  frame: Frame,
  approvals: readonly ApprovalSummary[],
  isForMe: (approval: ApprovalSummary) => boolean,
): Html {
  const open = approvals.filter(({ state }) => state === 'pending' || state === 'approved');
  const mine = open.filter((approval) => approval.state === 'pending' && isForMe(approval));
  const others = open.filter((approval) => !mine.includes(approval));
  const closed = approvals.filter((approval) => !open.includes(approval));
  return layout(
    frame,
    'Approvals',
    html`<h1>Approvals</h1>
<section>${mine.length === 0 ? html`<p class="lead">Nothing waits for you in <strong>${frame.environment}</strong>.</p>` : html`<p class="lead">${mine.length === 1 ? 'One call waits' : `${mine.length} calls wait`} for your decision in <strong>${frame.environment}</strong>.</p>${rows(mine)}`}</section>
${others.length === 0 ? '' : html`<section><h2>Others that are open</h2>${rows(others)}</section>`}
${closed.length === 0 ? '' : html`<section><h2>Over</h2>${rows(closed)}</section>`}`,
  );
}

function rows(approvals: readonly ApprovalSummary[]): Html {
  return html`<ul class="rows">${approvals.map(
    (approval) => html`<li><a href="/approvals/${approval.id}">
      <span class="what">${shownText(approval.target)}</span>
      <span class="marks">${classMark(approval)}${stateMark(approval)}</span>
      <span class="more">${shownText(approval.requester.subject)}, of ${shownText(approval.requester.owner)}, asked ${distance(approval.requestedAt)}${end(approval)}</span>
    </a></li>`,
  )}</ul>`;
}

function end(approval: ApprovalSummary): string {
  if (approval.closedAt !== null) return ` · over ${distance(approval.closedAt)}`;
  return ` · expires ${distance(approval.expiresAt)}`;
}
