import { visible } from '@lockstep/model/internal';
import type { ApprovalState, NotAsked } from './row.ts';

/** The places that a sentence may name. */
interface Pointers {
  /** The page that decides on the approval. */
  readonly url: string;
  /** The tool that carries out an approved call. */
  readonly resumeTool: string;
}

/**
 * What a model reads if its call has to do with an approval: how things stand, whether anything was done, and what to
 * do now.
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
      return `The approval ${state.id} of ${state.target} expired unused at ${time(state.expiresAt)} and nothing was done; make the call again to open a new one.`;
    case 'void':
      return `The approval ${state.id} of ${state.target} is void (${why(state)}) and nothing was done; make the call again to open a new one.`;
    case 'too large':
      return `${state.target} needs an approval, but its arguments are ${state.length} characters of JSON and humans are shown at most ${state.most}, so nobody was asked and nothing was done; do it in smaller calls.`;
    case 'too many':
      return `${state.pending} of your calls already wait for approval, which is the limit, so no approval of ${state.target} was requested and nothing was done; wait until humans have decided some of them.`;
  }
}

/** What a model reads if it resumes an approval that isn't its own or doesn't exist: the two look the same. */
export function unknownApproval(id: string): string {
  return `You have no approval \`${visible(id.slice(0, 60))}\`; use the id from the answer that named it, or make the call again.`;
}

function waiting(state: ApprovalState, { url, resumeTool }: Pointers): string {
  return (
    `${state.target} waits for approval by ${wanted(state)} (${state.have} so far), and nothing was done; ` +
    `they decide at ${url} until ${time(state.expiresAt)}. ` +
    `Then call ${resumeTool} with {"approval":"${state.id}"}, or make the same call again.`
  );
}

function approved(state: ApprovalState, { resumeTool }: Pointers): string {
  return `${state.target} is approved; call ${resumeTool} with {"approval":"${state.id}"} before ${time(state.expiresAt)} to carry it out.`;
}

function denied(state: ApprovalState): string {
  const by = state.deniedBy === undefined ? 'A human' : visible(state.deniedBy);
  const because = state.why === undefined ? '' : ` (“${visible(state.why)}”)`;
  const pause = state.pausedUntil === undefined ? '' : ` before ${time(state.pausedUntil)}`;
  return `${by} denied ${state.target}${because} and nothing was done; don't make the same call again${pause}: do something else, or talk to them.`;
}

function used(state: ApprovalState): string {
  const record = state.usedBy;
  const named = record === undefined ? '' : ` (audit record ${record.writer}:${record.epoch}:${record.seq})`;
  const again =
    state.pausedUntil === undefined
      ? 'make the call again to open a new approval'
      : `from ${time(state.pausedUntil)} the same call opens a new approval`;
  return `The same call of ${state.target} was already carried out at ${time(state.closedAt ?? state.expiresAt)} under approval ${state.id}${named}, and was not repeated; ${again}.`;
}

/** Who must approve: `2 other humans with the role security`. */
function wanted({ quorum, approvers }: Pick<ApprovalState, 'quorum' | 'approvers'>): string {
  const roles = approvers.join(' or ');
  return quorum === 1
    ? `another human with the role ${roles}`
    : `${quorum} other humans with the role ${roles}`;
}

function why(state: ApprovalState): string {
  return visible((state.why ?? 'it was withdrawn').replace(/[.;]$/, ''));
}

/** `2026-11-21T12:30:05.123Z` → `2026-11-21 12:30 UTC`. */
function time(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
