import { isRecord, visible } from '@lockstep/model/internal';
import type { CommandContext } from '../kernel/context.ts';

/** From the chattiest to the gravest. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof logLevels)[number];

/** A line of the gateway's log. */
export interface LogEntry {
  /** ISO 8601. */
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  /** The server that it is about, if it is about one. */
  readonly server: string | undefined;
  /** What else the line says. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Parses a line; undefined for one that isn't a log entry, such as the last line of a crash. */
export function parseEntry(line: string): LogEntry | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (!isRecord(parsed)) return undefined;
    const { time, level, msg, server, name, pid, hostname, ...fields } = parsed;
    const known = logLevels.find((one) => one === level);
    if (known === undefined || typeof time !== 'string' || Number.isNaN(Date.parse(time))) return undefined;
    return {
      ...{ time, level: known, fields },
      message: typeof msg === 'string' ? msg : '',
      server: typeof server === 'string' ? server : undefined,
    };
  } catch {
    return undefined;
  }
}

/** Whether an entry is at this level or graver. */
export function isAtLeast(entry: LogEntry, level: LogLevel): boolean {
  return logLevels.indexOf(entry.level) >= logLevels.indexOf(level);
}

/**
 * Prints an entry for people, on a line of its own; what a server wrote to its standard error follows, line by line.
 *
 * @example
 * printEntry(entry, paint); // '12:03:04 warn  files  a server did not start: it ended with exit code 1'
 */
export function printEntry(
  { time, level, message, server, fields }: LogEntry,
  paint: CommandContext['paint'],
): string {
  const { stderr, key, ...rest } = fields;
  const from = causes.find((name) => typeof rest[name] === 'string');
  const cause = from === undefined ? undefined : rest[from];
  const shown = Object.entries(rest).filter(([name]) => name !== from);
  const others = shown.map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const said = [message, cause].filter((part) => part !== undefined && part !== '').join(': ');
  const words = [
    paint.dim(clock(time)),
    levelOf(level, paint),
    ...(server === undefined ? [] : [paint.bold(visible(server))]),
    [visible(said), paint.dim(visible(others.join(' ')))].filter((part) => part !== '').join(' '),
  ];
  const output = typeof stderr === 'string' ? stderr.trimEnd().split('\n') : [];
  return [words.join('  '), ...output.map((line) => `    ${paint.dim('|')} ${visible(line)}`)].join('\n');
}

/** The fields that say why, most telling first; one of them goes into the sentence. */
const causes = ['reason', 'error', 'why'];

function levelOf(level: LogLevel, paint: CommandContext['paint']): string {
  const padded = level.padEnd(5);
  if (level === 'error') return paint.red(padded);
  return level === 'warn' ? paint.yellow(padded) : paint.dim(padded);
}

/** The time here, with the date where it isn't today. */
function clock(iso: string): string {
  const time = new Date(iso);
  const two = (part: number) => String(part).padStart(2, '0');
  const hours = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  if (time.toDateString() === new Date().toDateString()) return hours;
  return `${[time.getFullYear(), time.getMonth() + 1, time.getDate()].map(two).join('-')} ${hours}`;
}
