import type { Imported } from './mcp-json.ts';

/** Prints servers as the TypeScript to paste into `stacks/environments.ts`, notes as comments. */
export function printServers(servers: readonly Imported[]): string {
  const lines = servers.flatMap(({ name, definition, notes }) => [
    ...notes.map((note) => `  // ${note}`),
    definition === undefined ? `  // ${name}` : `  ${printKey(name)}: ${printValue(definition, 1)},`,
  ]);
  return [
    "import { defineServers } from '@lockstep/model';",
    '',
    'export const servers = defineServers({',
    ...lines,
    '});',
  ].join('\n');
}

const width = 110;

function printValue(value: unknown, depth: number): string {
  const oneLine = printFlat(value);
  const indent = '  '.repeat(depth);
  if (oneLine.length + indent.length < width - 20 || typeof value !== 'object' || value === null)
    return oneLine;
  const items = Array.isArray(value)
    ? value.map((item) => printValue(item, depth + 1))
    : Object.entries(value).map(([key, item]) => `${printKey(key)}: ${printValue(item, depth + 1)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${items.map((item) => `${indent}  ${item},\n`).join('')}${indent}${close}`;
}

function printFlat(value: unknown): string {
  if (typeof value === 'string') return printText(value);
  if (Array.isArray(value)) return `[${value.map(printFlat).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${printKey(key)}: ${printFlat(item)}`)
      .join(', ')} }`;
  }
  return String(value);
}

function printKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : printText(key);
}

/** A string literal in single quotes. */
function printText(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}
