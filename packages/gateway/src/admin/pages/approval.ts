import type { ApprovalDetail } from '@lockstep/model/admin';
import { visible } from '@lockstep/model/internal';
import { html } from 'hono/html';
import { decisionCard, verdictsCard } from './decision.ts';
import { definitionView, describeArgument } from './definition.ts';
import { type Frame, layout } from './layout.ts';
import { classMark, stateMark } from './marks.ts';
import { distance, type Html, shownJson, shownText, time } from './text.ts';
import { argumentList } from './values.ts';

/** The page on which a human decides: everything that is known of one call, and the form. */
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
      return html`${asked} It was carried out ${approval.closedAt === null ? '' : time(approval.closedAt)}; the audit has it as <code>${approval.usedBy === null ? '' : `${approval.usedBy.writer}:${approval.usedBy.epoch}:${approval.usedBy.seq}`}</code>.`;
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
      : html`<div class="claim"><span class="untrusted">In the agent's own words; nobody has checked them</span>${shownText(approval.reason)}</div>`;
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
  return html`<section class="card"><h2>Who asks</h2><dl class="facts">
    ${fact('Principal', shownText(who.subject))}
    ${fact('Owner', shownText(who.owner))}
    ${fact('Known by', html`<code>${shownText(who.issuer)}</code>`)}
    ${fact('Roles', shownText(who.roles.length === 0 ? 'none' : who.roles.join(', ')))}
    ${fact('Client, by its own account', shownText(client === null ? "it didn't say" : `${client.name} ${client.version}`))}
    ${fact('Came to', html`<code>${approval.endpoint === null ? '/mcp' : `/mcp/${approval.endpoint}`}</code>`)}
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
