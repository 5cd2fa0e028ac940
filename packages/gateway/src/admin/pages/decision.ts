import type { ApprovalDetail } from '@lockstep/model/admin';
import { html } from 'hono/html';
import { distance, type Html, shownText } from './text.ts';

/** The form, or why there is none. */
export function decisionCard(approval: ApprovalDetail, formToken: string): Html {
  const closed = approval.state !== 'pending' && approval.state !== 'approved';
  if (closed) return html``;
  const roles = approval.approvers.join(' or ');
  const want =
    approval.quorum === 1
      ? html`One human who is <strong>${roles}</strong>`
      : html`${approval.quorum} humans, each of them <strong>${roles}</strong>`;
  return html`<section class="card"><h2>Decision</h2>
  <p class="small">${want}; not ${shownText(approval.requester.owner)}. One “deny” ends it.</p>
  <div class="meter" role="img" aria-label="${approval.have} of ${approval.quorum} have approved">${Array.from({ length: approval.quorum }, (_, index) => (index < approval.have ? html`<span class="on"></span>` : html`<span></span>`))}</div>
  ${approval.mayNotDecide === null && approval.seen !== null ? form(approval, approval.seen, formToken) : html`<p class="quiet small">${approval.mayNotDecide ?? approval.argumentsHidden}</p>`}
</section>`;
}

function form(approval: ApprovalDetail, seen: string, formToken: string): Html {
  const mayApprove = approval.state === 'pending' && !approval.hasApproved;
  const state =
    approval.state === 'approved'
      ? html`<p class="small">It is approved and not carried out yet; until then it can still be denied.</p>`
      : approval.hasApproved
        ? html`<p class="small">You have approved; another human must too. Until it is carried out you can still deny it.</p>`
        : '';
  return html`<form method="post" action="/approvals/${approval.id}">
    ${state}
    <input type="hidden" name="form" value="${formToken}">
    <input type="hidden" name="seen" value="${seen}">
    <label>Note, optional; a denial's is told to the agent
      <textarea name="note" maxlength="1000" rows="3"></textarea></label>
    <div class="buttons">
      <button class="no${mayApprove ? '' : ' only'}" name="verdict" value="deny">Deny</button>
      ${mayApprove ? html`<button class="yes" name="verdict" value="approve">Approve</button>` : ''}
    </div>
  </form>`;
}

/** What others have said so far. */
export function verdictsCard(approval: ApprovalDetail): Html {
  if (approval.verdicts.length === 0) return html``;
  return html`<section class="card"><h2>Verdicts</h2><ul class="verdicts">${approval.verdicts.map(
    (given) => html`<li>
      <span class="badge ${given.verdict === 'approve' ? 'good' : 'bad'}">${given.verdict === 'approve' ? 'approved' : 'denied'}</span>
      ${shownText(given.owner)} <span class="quiet small">${distance(given.givenAt)}</span>
      ${given.note === null ? '' : html`<q>${shownText(given.note)}</q>`}
    </li>`,
  )}</ul></section>`;
}
