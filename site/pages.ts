// Which pages the site has, and where each of them is. Pages keep their place in the repository, so that the same links
// work on GitHub and here.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** The repository. */
export const root = resolve(import.meta.dirname, '..');

export const repository = 'https://github.com/lockstep-mcp/lockstep';

/** Every page, from the repository's root. `reference` is what TypeDoc writes. */
const sources: readonly string[] = globSync(
  ['README.md', 'CHANGELOG.md', 'SECURITY.md', 'docs/**/*.md', 'examples/*/README.md', 'reference/**/*.md'],
  { cwd: root },
);

/** Where a page is on the site: `docs/gateway.md` is at `gateway.md`. */
export function routeOf(source: string): string {
  return source
    .replace(/^docs\//, '')
    .replace('reference/@lockstep/', 'reference/')
    .replace(/^(examples\/[^/]+)\/README\.md$/, '$1.md')
    .replace(/(^|\/)README\.md$/, '$1index.md')
    .replace(/^[A-Z]+\.md$/, (name) => name.toLowerCase());
}

const sourceAt = new Map(sources.map((source) => [routeOf(source), source]));

/** The address of a page without its ending: `/gateway`. */
export function addressOf(source: string): string {
  return `/${routeOf(source)}`.replace(/\.md$/, '').replace(/\/index$/, '/');
}

/** A page's first heading. */
export function titleOf(source: string): string {
  const title = /^# (.+)$/m.exec(readFileSync(join(root, source), 'utf8'))?.[1];
  if (title === undefined) throw new Error(`${source} has no heading; begin it with one.`);
  return title.replaceAll(/[`\\]/g, '');
}

/**
 * A link of a page, as the site needs it: to another page by its address, to any other file on GitHub.
 *
 * @throws Error for a file that isn't there.
 */
export function linkFrom(route: string, href: string): string {
  if (/^([a-z]+:|#|\/)/.test(href)) return href;
  // The search index gives the page by its source.
  const source = sourceAt.get(route) ?? sources.find((one) => one === route);
  if (source === undefined) throw new Error(`no page is at ${route}`);
  const [path = '', anchor] = href.split('#');
  const target = relative(root, join(root, dirname(source), decodeURIComponent(path)));
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (sources.includes(target)) return `${addressOf(target)}${hash}`;
  if (existsSync(join(root, target))) return `${repository}/blob/main/${target}${hash}`;
  throw new Error(`${source} links to ${href}, which isn't there; correct it.`);
}

/** The pages below a folder of the repository, sorted. */
export function pagesIn(folder: string): string[] {
  return sources.filter((source) => source.startsWith(`${folder}/`)).toSorted();
}
