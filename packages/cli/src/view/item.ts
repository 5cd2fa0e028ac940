import {
  type Clause,
  isRecord,
  type LockedItem,
  type LockedTool,
  printClause,
  visible,
} from '@lockstep/model/internal';
import type { CommandContext } from '../kernel/context.ts';
import { printColumns } from './table.ts';

/** A tool, prompt or resource template as one release has it, and what environments that pin it decide. */
export interface ShownItem {
  readonly target: string;
  readonly release: string;
  readonly locked: LockedItem | LockedTool;
  /** By environment that pins it, its clauses in the order in which they are tried; empty to leave them out. */
  readonly decisions: Record<string, readonly Clause[]>;
}

/** Everything that a person reads before confirming a class. */
export function printItem(
  { target, release, locked, decisions }: ShownItem,
  paint: CommandContext['paint'],
): string {
  const { title, description, inputSchema, arguments: prompted, annotations } = locked.definition;
  const environments = Object.keys(decisions);
  const pinned = environments.length === 0 ? '' : ` in ${environments.join(', ')}`;
  const lines = [
    `${paint.bold(visible(target))}  ${classOf(locked)}`.trimEnd(),
    paint.dim(`release ${release}${pinned}, ${locked.digest}`),
    ...(typeof title === 'string' ? [visible(title)] : []),
    '',
    ...(typeof description === 'string' ? description.split('\n').map(visible) : ['(no description)']),
  ];
  const rows = isRecord(inputSchema) ? argumentRows(inputSchema) : promptRows(prompted);
  if (rows.length > 0)
    lines.push('', printColumns(['argument', 'type', 'description'].map(paint.bold), rows));
  if (isRecord(annotations)) {
    const hints = Object.entries(annotations).map(
      ([name, value]) => `${visible(name)}: ${visible(JSON.stringify(value))}`,
    );
    if (hints.length > 0) lines.push('', `The server's own annotations: ${hints.join(', ')}`);
  }
  const decided = Object.entries(decisions).flatMap(([environment, clauses]) =>
    clauses.length === 0
      ? [[environment, 'deny # nothing permits it']]
      : clauses.map((clause, index) => [index === 0 ? environment : '', visible(printClause(clause))]),
  );
  if (environments.length === 0) return lines.join('\n');
  return [...lines, '', printColumns(['environment', 'decision'].map(paint.bold), decided)].join('\n');
}

function classOf(locked: LockedItem | LockedTool): string {
  if (!('class' in locked)) return '';
  return locked.reviewed
    ? `${locked.class}, confirmed`
    : `proposed as ${locked.class}, and destructive until a person confirms it`;
}

function argumentRows({ properties, required }: Readonly<Record<string, unknown>>): string[][] {
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(isRecord(properties) ? properties : {}).map(([name, schema]) => [
    visible(name) + (needed.includes(name) ? '' : '?'),
    typeOf(schema),
    isRecord(schema) && typeof schema.description === 'string' ? visible(schema.description) : '',
  ]);
}

function typeOf(schema: unknown): string {
  if (!isRecord(schema)) return 'any';
  if (Array.isArray(schema.enum))
    return visible(schema.enum.map((value) => JSON.stringify(value)).join(' | '));
  if (schema.type === 'array') return `${typeOf(schema.items)}[]`;
  const { type } = schema;
  return visible(Array.isArray(type) ? type.join(' | ') : typeof type === 'string' ? type : 'any');
}

function promptRows(prompted: unknown): string[][] {
  if (!Array.isArray(prompted)) return [];
  return prompted
    .filter(isRecord)
    .map((argument) => [
      visible(String(argument.name)) + (argument.required === true ? '' : '?'),
      'string',
      typeof argument.description === 'string' ? visible(argument.description) : '',
    ]);
}
