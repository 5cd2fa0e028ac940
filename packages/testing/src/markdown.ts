import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The repository's root. */
export const root = resolve(import.meta.dirname, '../../..');

/** A fenced block of a page. */
export interface Block {
  /** Where to correct it: `docs/gateway.md:12`. */
  readonly where: string;
  /** The word after the fence: `ts` or `sh`. */
  readonly language: string;
  /** What follows the language: `environment`. */
  readonly info: string;
  readonly text: string;
}

/** One page for people. */
export interface Page {
  /** The path from the repository's root. */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/**
 * Every page that a person wrote. The reference is excluded: it is made from doc comments, whose programs aren't
 * complete.
 */
export const pages: readonly Page[] = globSync(['*.md', 'docs/**/*.md', 'examples/*/*.md'], {
  cwd: root,
  exclude: ['docs/reference/**'],
})
  .toSorted()
  .map((file) => readPage(file));

/** One of the pages. */
export function pageAt(file: string): Page {
  const page = pages.find((candidate) => candidate.file === file);
  if (page === undefined) throw new Error(`${file} isn't a page`);
  return page;
}

function readPage(file: string): Page {
  const text = readFileSync(join(root, file), 'utf8');
  const blocks = [...text.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    where: `${file}:${text.slice(0, match.index).split('\n').length}`,
    language: match[1] ?? '',
    info: match[2] ?? '',
    text: match[3] ?? '',
  }));
  return { file, text, blocks };
}

/** The targets of a page's links, without those in blocks. */
export function linksOf({ text }: Page): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
}

/** The anchors of a page's headings. */
export function anchorsOf({ text }: Page): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The rows of every table whose first heading is `heading`, as cells. */
export function rowsOf({ text }: Page, heading: string): string[][] {
  const found: string[][] = [];
  let inside = false;
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) {
      inside = false;
      continue;
    }
    const cells = line
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim());
    if (cells[0] === heading) inside = true;
    else if (inside && !/^-+$/.test(cells[0] ?? '')) found.push(cells);
  }
  return found;
}

/** The words of a cell that are formatted as code. */
export function codeIn(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}
