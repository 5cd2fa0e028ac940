import Table from 'cli-table3';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Spaces between columns. */
const gap = 2;
/** No column becomes narrower than this, however little room there is. */
const minWidth = 12;

/**
 * Prints rows in columns without lines. On a terminal, what is too wide goes on in the next line: nothing is cut off.
 *
 * @param columns of the terminal; absent: as wide as it takes.
 */
export function printColumns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns?: number,
): string {
  const widths = columns === undefined ? undefined : shareOut(columns, [head, ...rows]);
  const fit = (row: readonly string[]) =>
    row.map((cell, index) => (widths === undefined ? cell : wrap(cell, widths[index] ?? minWidth)));
  const table = new Table({
    head: fit(head),
    chars: Object.fromEntries(lineNames.map((name) => [name, ''])),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap, compact: true },
  });
  table.push(...rows.map(fit));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function wrap(cell: string, width: number): string {
  return wrapAnsi(cell, width, { hard: true });
}

const lineNames = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
] as const;

/** The width of each column: what its longest cell takes, but no more than a fair share of what the narrower leave. */
function shareOut(columns: number, rows: readonly (readonly string[])[]): number[] {
  const wanted = (rows[0] ?? []).map((_, index) =>
    Math.max(...rows.map((row) => stringWidth(row[index] ?? ''))),
  );
  const widths = wanted.map(() => 0);
  let left = columns;
  const byWidth = [...wanted.keys()].sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  byWidth.forEach((index, done) => {
    const share = Math.floor(left / (wanted.length - done)) - gap;
    const width = Math.min(wanted[index] ?? 0, Math.max(minWidth, share));
    widths[index] = width;
    left -= width + gap;
  });
  return widths;
}
