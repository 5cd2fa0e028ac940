import Table from 'cli-table3';

/** Prints rows in columns without lines, wrapped to a terminal's width where there is one. */
export function printColumns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns?: number,
): string {
  const widths = columns === undefined ? undefined : fit(head, rows, columns);
  const table = new Table({
    head: [...head],
    chars: Object.fromEntries(lineNames.map((name) => [name, ''])),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap, compact: true },
    wordWrap: true,
    ...(widths !== undefined && { colWidths: widths }),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const gap = 2;

const lineNames = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
] as const;

/** The width of each column: as wide as its longest cell, but no wider than a fair share of what is left. */
function fit(head: readonly string[], rows: readonly (readonly string[])[], columns: number): number[] {
  const wanted = head.map(
    (_, index) => gap + Math.max(...[head, ...rows].map((row) => lengthOf(row[index] ?? ''))),
  );
  const widths = wanted.map(() => 0);
  let left = columns;
  const narrowestFirst = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  narrowestFirst.forEach((index, done) => {
    const share = Math.floor(left / (wanted.length - done));
    widths[index] = Math.max(gap + 8, Math.min(wanted[index] ?? 0, share));
    left -= widths[index] ?? 0;
  });
  return widths;
}

function lengthOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no room.
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '').length;
}
