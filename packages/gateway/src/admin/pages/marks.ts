import type { ApprovalSummary } from '@lockstep/model/admin';
import { html } from 'hono/html';
import type { Html } from './text.ts';

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

/** What the tool can do at worst. */
export function classMark(of: Pick<ApprovalSummary, 'class'>): Html {
  return html`<span class="badge ${classTone[of.class]}">${of.class}</span>`;
}

/** Where the approval is. */
export function stateMark(of: Pick<ApprovalSummary, 'state' | 'have' | 'quorum'>): Html {
  const progress = of.state === 'pending' ? ` · ${of.have} of ${of.quorum}` : '';
  return html`<span class="badge ${stateTone[of.state]}">${stateWord[of.state]}${progress}</span>`;
}
