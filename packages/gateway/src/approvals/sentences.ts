import { visible } from '@lockstep/model/internal';
import type { ApprovalState, NotAsked } from './row.ts';

/** What a sentence may point at. */
interface Pointers {
  /** The page that decides on the approval. */
  readonly url: string;
  /** The tool that carries an approved call out. */
  readonly resumeTool: string;
}

/**
 * What a model reads when its call has to do with an approval: what is the matter, whether anything was done, and what
 * to do now.
 */
export function approvalSentence(state: ApprovalState | NotAsked, pointers: Pointers): string {
  switch (state.state) {
    case 'pending':
      return waiting(state, pointers);
    case 'approved':
      return approved(state, pointers);
    case 'denied':
      return denied(state);
    case 'used':
      return used(state);
    case 'expired':
      return `The approval ${state.id} of ${state.target} expired unused at ${time(state.expiresAt)} and nothing was done; make the call again to ask anew.`;
    case 'void':
      return `The approval ${state.id} of ${state.target} is void (${why(state)}) and nothing was done; make the call again to ask anew.`;
    case 'too large':
      return `${state.target} needs an approval, and its arguments are ${state.length} characters of JSON where humans are shown ${state.most} at most, so nobody was asked and nothing was done; do it in smaller calls.`;
    case 'too many':
      return `${state.pending} of your calls already wait for approval, the most that may, so ${state.target} was not asked about and nothing was done; wait until humans have decided some of them.`;
  }
}

/** What a model reads when it resumes an approval that isn't its own, or isn't at all: the two look the same. */
export function unknownApproval(id: string): string {
  return `No approval \`${visible(id.slice(0, 60))}\` was asked for by you; use the id from the answer that named it, or make the call again.`;
}

function waiting(state: ApprovalState, { url, resumeTool }: Pointers): string {
  return (
    `${state.target} waits for approval by ${wanted(state)} (${state.have} so far) and nothing was done; ` +
    `they decide at ${url} until ${time(state.expiresAt)}. ` +
    `Afterwards call ${resumeTool} with {"approval":"${state.id}"}, or make the very same call again.`
  );
}

function approved(state: ApprovalState, { resumeTool }: Pointers): string {
  return `${state.target} is approved; call ${resumeTool} with {"approval":"${state.id}"} before ${time(state.expiresAt)} to carry it out.`;
}

function denied(state: ApprovalState): string {
  const by = state.deniedBy === undefined ? 'A human' : visible(state.deniedBy);
  const because = state.why === undefined ? '' : ` (“${visible(state.why)}”)`;
  const pause = state.pausedUntil === undefined ? '' : ` before ${time(state.pausedUntil)}`;
  return `${by} denied ${state.target}${because} and nothing was done; don't ask for the same again${pause}, do something else or talk to them.`;
}

function used(state: ApprovalState): string {
  const record = state.usedBy;
  const named = record === undefined ? '' : `, audit record ${record.writer}:${record.epoch}:${record.seq}`;
  const again =
    state.pausedUntil === undefined
      ? 'make the call again to ask anew'
      : `from ${time(state.pausedUntil)} the same call asks for a new approval`;
  return `This very call of ${state.target} was carried out once already at ${time(state.closedAt ?? state.expiresAt)} under approval ${state.id}${named}, and was not repeated; ${again}.`;
}

/** Whom it takes: `2 humans, each security or sre`. */
function wanted({ quorum, approvers }: Pick<ApprovalState, 'quorum' | 'approvers'>): string {
  const roles = approvers.join(' or ');
  return quorum === 1 ? `another human who is ${roles}` : `${quorum} other humans, each of them ${roles}`;
}

function why(state: ApprovalState): string {
  return visible((state.why ?? 'it was withdrawn').replace(/[.;]$/, ''));
}

/** `2026-11-21T12:30:05.123Z` → `2026-11-21 12:30 UTC`. */
function time(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
