import { visible } from '@lockstep/model/internal';

/** Columns after which a line goes on in the next, so that nothing is out of sight to the right. */
const width = 140;

/**
 * Lines as a block of code, in which Markdown, HTML and mentions mean nothing. They are made so that none can end the
 * block, hold anything invisible, or reach out of sight.
 *
 * @param most bytes that the block may take; what doesn't fit is counted in its last line.
 */
export function fence(lines: readonly string[], most: number, language = ''): string {
  const kept: string[] = [];
  let room = most - 60;
  for (const [index, line] of lines.entries()) {
    const shown = wrap(harmless(line));
    room -= Buffer.byteLength(shown) + 1;
    if (room < 0) {
      kept.push(`… ${lines.length - index} more`);
      break;
    }
    kept.push(shown);
  }
  return ['```'.concat(language), ...kept, '```'].join('\n');
}

/** A line that is none of Markdown's fences. */
function harmless(line: string): string {
  const shown = visible(line);
  return /^\s*(```|~~~)/.test(shown) ? `| ${shown}` : shown;
}

/** Keeps the sign of a line of a diff on what it goes on with. */
function wrap(line: string): string {
  if (line.length <= width) return line;
  const sign = /^[+-] /.exec(line)?.[0] ?? '  ';
  const parts = [line.slice(0, width)];
  const step = width - 6;
  for (let at = width; at < line.length; at += step) parts.push(`${sign}  … ${line.slice(at, at + step)}`);
  return parts.join('\n');
}
