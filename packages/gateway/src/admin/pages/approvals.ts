import type { ApprovalDetail, ApprovalSummary } from '@lockstep/model/admin';
import { visible } from '@lockstep/model/internal';
import { html } from 'hono/html';
import { classMark, type Frame, layout, stateMark } from './layout.ts';
import { distance, type Html, shownJson, shownText, time } from './text.ts';
import { argumentList, definitionView, describeArgument } from './values.ts';

/** The page on which a human decides: everything that is known about one call, and the form. */
export function approvalPage(frame: Frame, approval: ApprovalDetail, message: Html | undefined): Html {
  return layout(
    frame,
    visible(approval.target),
    html`<a class="back" href="/approvals">← All approvals</a>
${message ?? ''}
<div class="title"><h1><code>${shownText(approval.target)}</code></h1>${classMark(approval)}${stateMark(approval)}</div>
<p class="lead">${lead(approval)}</p>
<div class="columns">
  <div>
    <section class="card"><h2>${approval.kind === 'resource' ? 'What is read' : 'Arguments'}</h2>${argumentsOf(approval)}</section>
    ${reason(approval)}
    ${definitionCard(approval)}
  </div>
  <div class="side">
    ${decisionCard(approval, frame.signedIn?.formToken ?? '')}
    ${verdictsCard(approval)}
    ${requester(approval)}
    ${rule(approval)}
  </div>
</div>`,
  );
}

function lead(approval: ApprovalDetail): Html {
  const verb = { tool: 'call this tool', prompt: 'get this prompt', resource: 'read this resource' }[
    approval.kind
  ];
  const asked = html`<strong>${shownText(approval.requester.subject)}</strong>, which belongs to <strong>${shownText(approval.requester.owner)}</strong>, asked ${distance(approval.requestedAt)} to ${verb} in <strong>${approval.environment}</strong>.`;
  switch (approval.state) {
    case 'pending':
    case 'approved':
      return html`${asked} It can be decided and carried out until ${time(approval.expiresAt)} (${distance(approval.expiresAt)}).`;
    case 'used':
      return html`${asked} It was carried out ${approval.closedAt === null ? '' : time(approval.closedAt)}; its audit record is <code>${approval.usedBy === null ? '' : `${approval.usedBy.writer}:${approval.usedBy.epoch}:${approval.usedBy.seq}`}</code>.`;
    case 'denied':
      return html`${asked} <strong>${shownText(approval.deniedBy ?? '')}</strong> denied it${approval.why === null ? '.' : html`: “${shownText(approval.why)}”`}`;
    case 'expired':
      return html`${asked} It expired unused on ${time(approval.expiresAt)}.`;
    case 'void':
      return html`${asked} It is void: ${shownText(approval.why ?? '')}.`;
  }
}

function argumentsOf(approval: ApprovalDetail): Html {
  if (approval.arguments === null) return html`<p class="quiet">${approval.argumentsHidden ?? ''}</p>`;
  return argumentList(approval.arguments, (name) => describeArgument(approval.definition, name));
}

function reason(approval: ApprovalDetail): Html {
  const said =
    approval.reason === null
      ? html`<p class="quiet">The agent gave no reason.</p>`
      : html`<div class="claim"><span class="untrusted">In the agent's own words, which nobody has checked</span>${shownText(approval.reason)}</div>`;
  return html`<section class="card"><h2>Why</h2>${said}</section>`;
}

function definitionCard(approval: ApprovalDetail): Html {
  const name = { tool: 'The tool', prompt: 'The prompt', resource: 'The resource' }[approval.kind];
  const view =
    approval.definition === null
      ? html`<p class="quiet">A resource's content isn't locked; only its address is known.</p>`
      : definitionView(approval.definition);
  return html`<section class="card"><h2>${name}, as it was reviewed</h2>${view}
  <dl class="facts">
    ${fact('Server', html`<code>${approval.server}</code>`)}
    ${fact('Source', html`<code>${shownText(approval.source)}</code>`)}
    ${approval.definitionDigest === null ? '' : fact('Digest', html`<code>${approval.definitionDigest}</code>`)}
  </dl></section>`;
}

function requester(approval: ApprovalDetail): Html {
  const { requester: who, client } = approval;
  return html`<section class="card"><h2>Requester</h2><dl class="facts">
    ${fact('Principal', shownText(who.subject))}
    ${fact('Owner', shownText(who.owner))}
    ${fact('Issuer', html`<code>${shownText(who.issuer)}</code>`)}
    ${fact('Roles', shownText(who.roles.length === 0 ? 'none' : who.roles.join(', ')))}
    ${fact('Client, not verified', shownText(client === null ? 'not given' : `${client.name} ${client.version}`))}
    ${fact('Endpoint', html`<code>${approval.endpoint === null ? '/mcp' : `/mcp/${approval.endpoint}`}</code>`)}
    ${fact('Approval', html`<code>${approval.id}</code>`)}
  </dl></section>`;
}

function rule(approval: ApprovalDetail): Html {
  const { from, roles, uri, when } = approval.clause;
  return html`<section class="card"><h2>Why it needs an approval</h2><dl class="facts">
    ${fact('Clause', html`<code>${shownText(String(from))}</code>`)}
    ${Array.isArray(roles) ? fact('For roles', shownText(roles.join(', '))) : ''}
    ${typeof uri === 'string' ? fact('For addresses', html`<code>${shownText(uri)}</code>`) : ''}
    ${typeof when === 'string' ? fact('When', html`<code>${shownText(when)}</code>`) : ''}
  </dl><details><summary>The whole clause</summary>${shownJson(approval.clause)}</details></section>`;
}

function fact(name: string, value: Html): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** The form, or the reason why there is none. */
function decisionCard(approval: ApprovalDetail, formToken: string): Html {
  const closed = approval.state !== 'pending' && approval.state !== 'approved';
  if (closed) return html``;
  const roles = approval.approvers.join(' or ');
  const want =
    approval.quorum === 1
      ? html`One human with the role <strong>${roles}</strong>`
      : html`${approval.quorum} humans with the role <strong>${roles}</strong>`;
  return html`<section class="card"><h2>Decision</h2>
  <p class="small">${want}, other than ${shownText(approval.requester.owner)}. One “deny” ends it.</p>
  <div class="meter" role="img" aria-label="${approval.have} of ${approval.quorum} have approved">${Array.from({ length: approval.quorum }, (_, index) => (index < approval.have ? html`<span class="on"></span>` : html`<span></span>`))}</div>
  ${approval.mayNotDecide === null && approval.seen !== null ? form(approval, approval.seen, formToken) : html`<p class="quiet small">${approval.mayNotDecide ?? approval.argumentsHidden}</p>`}
</section>`;
}

function form(approval: ApprovalDetail, seen: string, formToken: string): Html {
  const mayApprove = approval.state === 'pending' && !approval.hasApproved;
  const state =
    approval.state === 'approved'
      ? html`<p class="small">It is approved but not carried out yet; until then you can still deny it.</p>`
      : approval.hasApproved
        ? html`<p class="small">You have approved it; another human must too. Until it is carried out, you can still deny it.</p>`
        : '';
  return html`<form method="post" action="/approvals/${approval.id}">
    ${state}
    <input type="hidden" name="form" value="${formToken}">
    <input type="hidden" name="seen" value="${seen}">
    <label>Note (optional; the agent sees it if you deny)
      <textarea name="note" maxlength="1000" rows="3"></textarea></label>
    <div class="buttons">
      <button class="no${mayApprove ? '' : ' only'}" name="verdict" value="deny">Deny</button>
      ${mayApprove ? html`<button class="yes" name="verdict" value="approve">Approve</button>` : ''}
    </div>
  </form>`;
}

/** The verdicts so far. */
function verdictsCard(approval: ApprovalDetail): Html {
  if (approval.verdicts.length === 0) return html``;
  return html`<section class="card"><h2>Verdicts</h2><ul class="verdicts">${approval.verdicts.map(
    (given) => html`<li>
      <span class="badge ${given.verdict === 'approve' ? 'good' : 'bad'}">${given.verdict === 'approve' ? 'approved' : 'denied'}</span>
      ${shownText(given.owner)} <span class="quiet small">${distance(given.givenAt)}</span>
      ${given.note === null ? '' : html`<q>${shownText(given.note)}</q>`}
    </li>`,
  )}</ul></section>`;
}

/** The list: first what waits for the visitor, then what waits for others, then what is closed. */
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
${closed.length === 0 ? '' : html`<section><h2>Closed</h2>${rows(closed)}</section>`}`,
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
  if (approval.closedAt !== null) return ` · closed ${distance(approval.closedAt)}`;
  return ` · expires ${distance(approval.expiresAt)}`;
}
