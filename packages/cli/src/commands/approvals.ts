import { createInterface } from 'node:readline/promises';
import { type ApprovalDetail, approvalDetailSchema, approvalListSchema } from '@lockstep/model/admin';
import { visible } from '@lockstep/model/internal';
import { Command } from 'commander';
import { connectGateway, type GatewayClient } from '../gateway/client.ts';
import { addGatewayOptions, type ConnectionOptions } from '../gateway/options.ts';
import type { CommandContext } from '../kernel/context.ts';
import { distance } from '../kernel/duration.ts';
import { Failure } from '../kernel/failure.ts';
import { printApproval, printState } from '../view/approval.ts';
import { printColumns } from '../view/table.ts';

const examples = `
A gated call waits until enough other humans have approved exactly what it asks for. To decide, you need an admin token
with an approver's role, in LOCKSTEP_TOKEN or --token-file, on this machine too. A verdict counts only for what you were
shown, so nobody can swap the call in between.

Examples:
  $ lockstep approvals list
  $ lockstep approvals show apr_9fz…
  $ lockstep approvals approve apr_9fz… --note "agreed in the stand-up"
  $ lockstep approvals deny apr_9fz… --note "use the staging bucket"

Exit codes: 0 fine, 1 some are waiting (list), 2 could not run.`;

type ShowOptions = ConnectionOptions & { json?: boolean };
type VerdictOptions = ShowOptions & { note?: string; seen?: string; yes?: boolean };

export function approvalsCommand(context: CommandContext): Command {
  return new Command('approvals')
    .addHelpText('after', examples)
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(verdictCommand('approve', context))
    .addCommand(verdictCommand('deny', context));
}

function listCommand(context: CommandContext): Command {
  const command = new Command('list')
    .description(
      'list the open approvals: those that wait for a verdict, and those that are approved and not used yet',
    )
    .option('--all', 'also those that are closed')
    .option('--mine', 'only those that the holder of the token may decide')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ lockstep approvals list\n  $ lockstep approvals list --mine --token-file ada.token\n  $ lockstep approvals list --all --json',
    )
    .action(async (options: ShowOptions & { all?: boolean; mine?: boolean }) => {
      const gateway = connectGateway(options, context);
      const query = { state: options.all ? 'all' : 'open', ...(options.mine && { for: 'me' }) };
      const { approvals } = await gateway.ask(approvalListSchema, {
        path: '/approvals',
        query,
      });
      await gateway.close();
      if (approvals.some(({ state }) => state === 'pending')) context.found();
      if (options.json) return context.json({ approvals });
      if (approvals.length === 0)
        return context.print(
          options.all ? 'There are no approvals.' : `Nothing waits${options.mine ? ' for you' : ''}.`,
        );
      const head = ['id', 'calls', 'asked by', 'state', 'expires in'].map(context.paint.bold);
      const rows = approvals.map((approval) => [
        approval.id,
        visible(approval.target),
        visible(`${approval.requester.subject} of ${approval.requester.owner}`),
        printState(approval),
        distance(approval.expiresAt),
      ]);
      context.print(printColumns(head, rows, context.columns));
    });
  return addGatewayOptions(command);
}

function showCommand(context: CommandContext): Command {
  const command = new Command('show')
    .description('show everything about one approval')
    .argument('<id>', 'as `approvals list` shows it')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ lockstep approvals show apr_9fz…')
    .action(async (id: string, options: ShowOptions) => {
      const gateway = connectGateway(options, context);
      const approval = await fetchApproval(gateway, id);
      await gateway.close();
      if (options.json) return context.json(approval);
      context.print(printApproval(approval, context.paint));
      if (approval.seen !== null) context.print(`${context.paint.dim('seen'.padEnd(13))}${approval.seen}`);
      context.note(approval.url);
    });
  return addGatewayOptions(command);
}

function verdictCommand(verdict: 'approve' | 'deny', context: CommandContext): Command {
  const command = new Command(verdict)
    .description(`show everything about one approval and ${verdict} it`)
    .argument('<id>', 'as `approvals list` shows it')
    .option('--note <text>', 'why; of a denial it is told to whoever asked')
    .option('--seen <digest>', 'as `approvals show` printed it: decide only if it is still the same')
    .option('--yes', "don't ask again on a terminal")
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (id: string, options: VerdictOptions) => {
      const gateway = connectGateway(options, context);
      const approval = await fetchApproval(gateway, id);
      if (!options.json) context.print(printApproval(approval, context.paint));
      if (approval.mayNotDecide !== null) throw new Failure(approval.mayNotDecide);
      if (approval.seen === null)
        throw new Failure(approval.argumentsHidden ?? "its arguments aren't shown to this token.");
      if (options.seen !== undefined && options.seen !== approval.seen) {
        throw new Failure(
          "this isn't what was seen before; look at it with `lockstep approvals show` and decide anew.",
        );
      }
      if (!(options.yes || options.json || (await isMeant(verdict))))
        throw new Failure('no verdict was given.');
      const body = { verdict, seen: approval.seen, note: options.note ?? null };
      const path = `/approvals/${encodeURIComponent(id)}/verdict`;
      const after = await gateway.ask(approvalDetailSchema, { method: 'POST', path, body });
      await gateway.close();
      if (options.json) return context.json(after);
      context.print(`${after.id}: ${printState(after)}.`);
    });
  return addGatewayOptions(command);
}

function fetchApproval(gateway: GatewayClient, id: string): Promise<ApprovalDetail> {
  return gateway.ask(approvalDetailSchema, { path: `/approvals/${encodeURIComponent(id)}` });
}

/** Asks a person at a terminal; elsewhere the command itself is the answer. */
async function isMeant(verdict: 'approve' | 'deny'): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${verdict === 'approve' ? 'Approve' : 'Deny'} this? [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
