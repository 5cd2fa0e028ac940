import type { Decision } from '../decision.ts';
import { quote } from '../visible.ts';
import type { Clause } from './clause.ts';

/**
 * Prints one clause as in the table's text, without its target.
 *
 * @example
 * 'for ops|writer when "pathUnder(args.path, \"public\")" allow # rules.public-writes'
 */
export function printClause({ roles, uri, when, decision, from }: Clause): string {
  const parts = [
    roles && `for ${roles.join('|')}`,
    uri !== undefined && `uri ${quote(uri)}`,
    when !== undefined && `when ${quote(when)}`,
    printDecision(decision),
    `# ${from}`,
  ];
  return parts.filter(Boolean).join(' ');
}

function printDecision(decision: Decision): string {
  switch (decision.type) {
    case 'allow':
      return 'allow';
    case 'approve':
      return `approve by ${decision.quorum} of ${decision.approvers.join('|')} within ${decision.expiry}s`;
    case 'deny':
      return `deny ${quote(decision.reason)}`;
  }
}

/** Reads a line piece by piece. */
interface Reader {
  /** Takes what the pattern matches here; undefined if it doesn't match. */
  take(pattern: RegExp): RegExpExecArray | undefined;
}

/** A reader at the start of `text`. */
export function readerOf(text: string): Reader & { atEnd(): boolean } {
  let position = 0;
  return {
    take(pattern) {
      const sticky = new RegExp(pattern.source, 'y');
      sticky.lastIndex = position;
      const match = sticky.exec(text) ?? undefined;
      if (match) position = sticky.lastIndex;
      return match;
    },
    atEnd: () => position === text.length,
  };
}

/** A JSON string, including its quotes. */
export const quoted = /("(?:[^"\\]|\\.)*")/;

/** The inverse of {@link printClause}. It checks only the form; the caller checks the values with the schema. */
export function readClause(reader: Reader): unknown {
  const roles = reader.take(/for (\S+) /)?.[1]?.split('|');
  const uri = quotedAfter(reader, 'uri');
  const when = quotedAfter(reader, 'when');
  const decision = readDecision(reader);
  const from = reader.take(/ # (\S+)/)?.[1];
  return {
    from,
    ...(roles && { roles }),
    ...(uri !== undefined && { uri }),
    ...(when !== undefined && { when }),
    decision,
  };
}

function quotedAfter(reader: Reader, word: string): string | undefined {
  const text = reader.take(new RegExp(`${word} ${quoted.source} `))?.[1];
  return text === undefined ? undefined : (JSON.parse(text) as string);
}

function readDecision(reader: Reader): unknown {
  if (reader.take(/allow/)) return { type: 'allow' };
  const approve = reader.take(/approve by (\d+) of (\S+) within (\d+)s/);
  if (approve) {
    const [, quorum, approvers, expiry] = approve;
    return {
      type: 'approve',
      quorum: Number(quorum),
      approvers: approvers?.split('|'),
      expiry: Number(expiry),
    };
  }
  const reason = reader.take(new RegExp(`deny ${quoted.source}`))?.[1];
  return reason === undefined ? undefined : { type: 'deny', reason: JSON.parse(reason) as string };
}
