import type { ApprovalDetail, ApprovalSummary } from '@lockstep/model/admin';
import { type Clause, printClause, quote, visible } from '@lockstep/model/internal';
import type { CommandContext } from '../kernel/context.ts';
import { distance } from '../kernel/duration.ts';

/** Everything that an approver must see before a verdict. What others wrote is shown with nothing invisible in it. */
export function printApproval(approval: ApprovalDetail, paint: CommandContext['paint']): string {
  const { requester } = approval;
  const lines: [string, string][] = [
    ['approval', `${approval.id} (${printState(approval)})`],
    ['environment', approval.environment],
    ['calls', `${paint.bold(visible(approval.target))} (${approval.class})`],
    ['of', visible(approval.source)],
    ['definition', definitionOf(approval)],
    [
      'asked by',
      `${visible(requester.subject)} of ${visible(requester.owner)}, roles ${requester.roles.join(', ') || 'none'}`,
    ],
    [
      'with client',
      approval.client === null ? 'unknown' : visible(`${approval.client.name} ${approval.client.version}`),
    ],
    [
      'reason',
      approval.reason === null
        ? 'none given'
        : `${visible(approval.reason)} ${paint.dim("(in the agent's words; not checked)")}`,
    ],
    // The table's own line, as reviewers read it; the gateway gives nothing but a clause of its table.
    ['clause', visible(printClause(approval.clause as unknown as Clause))],
    ['verdicts', verdictsOf(approval)],
    ['expires', `in ${distance(approval.expiresAt)}`],
  ];
  return [
    ...lines.map(([name, value]) => `${paint.dim(name.padEnd(width))}${value}`),
    ...printArguments(approval, paint),
  ].join('\n');
}

const width = 13;

/** The arguments, one line each at the first level. */
function printArguments(
  { arguments: args, argumentsHidden }: ApprovalDetail,
  paint: CommandContext['paint'],
): string[] {
  const title = paint.dim('arguments'.padEnd(width));
  if (args === null) return [`${title}${argumentsHidden ?? 'not shown'}`];
  const entries = Object.entries(args);
  if (entries.length === 0) return [`${title}none`];
  return [
    title.trimEnd(),
    ...entries.map(([name, value]) => `  ${paint.bold(visible(name))}: ${quoteJson(value)}`),
  ];
}

/** What the approval's state is, with what led to it. */
export function printState(approval: ApprovalSummary): string {
  const { state, have, quorum, approvers, why, deniedBy, usedBy } = approval;
  switch (state) {
    case 'pending':
      return `waiting, ${have} of ${quorum} from ${approvers.join(' or ')}`;
    case 'denied':
      return `denied by ${visible(deniedBy ?? 'somebody')}${why === null ? '' : `: ${visible(why)}`}`;
    case 'used':
      return usedBy === null ? 'used' : `used by record ${usedBy.epoch}:${usedBy.seq}`;
    case 'void':
      return `void${why === null ? '' : `: ${visible(why)}`}`;
    default:
      return state;
  }
}

function definitionOf({ definition, definitionDigest }: ApprovalDetail): string {
  const description = definition?.description;
  const text = typeof description === 'string' ? visible(description) : 'without a description';
  return definitionDigest === null ? text : `${text} (${definitionDigest})`;
}

function verdictsOf({ verdicts }: ApprovalDetail): string {
  if (verdicts.length === 0) return 'none yet';
  return verdicts
    .map(
      ({ owner, verdict, note }) =>
        `${verdict} by ${visible(owner)}${note === null ? '' : ` (${visible(note)})`}`,
    )
    .join('; ');
}

function quoteJson(value: unknown): string {
  return typeof value === 'string' ? quote(value) : visible(JSON.stringify(value));
}
