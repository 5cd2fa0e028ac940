import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const dist = join(import.meta.dirname, 'dist');

/**
 * Follows every link of the built site, to headings too: VitePress finds only pages that are missing.
 *
 * @param base the folder at which the site is served.
 * @returns a sentence for each link that leads nowhere.
 */
export function deadLinks(base: string): string[] {
  const pages = new Map(globSync('**/*.html', { cwd: dist }).map((file) => [file, readPage(file)]));
  const faultOf = (file: string, href: string): string | undefined => {
    const url = new URL(href, `site:${base}${file}`);
    if (url.protocol !== 'site:') return undefined;
    const target = fileAt(url.pathname, base);
    if (target === undefined) return `${file}: ${href} leads nowhere.`;
    const anchor = decodeURIComponent(url.hash.slice(1));
    if (anchor === '' || pages.get(target)?.ids.has(anchor)) return undefined;
    return `${file}: ${href} leads to a heading that isn't there.`;
  };
  const faults = [...pages].flatMap(([file, { links }]) =>
    links.flatMap((href) => faultOf(file, href) ?? []),
  );
  return [...new Set(faults)];
}

function readPage(file: string): { readonly ids: ReadonlySet<string>; readonly links: readonly string[] } {
  const html = readFileSync(join(dist, file), 'utf8');
  return {
    ids: new Set(valuesOf(html, / id="([^"]+)"/g)),
    links: valuesOf(html, /<a\b[^>]*? href="([^"]+)"/g),
  };
}

function valuesOf(html: string, attribute: RegExp): string[] {
  return [...html.matchAll(attribute)].map(([, value = '']) => value.replaceAll('&amp;', '&'));
}

/** The file that is served at a path, as GitHub Pages does. */
function fileAt(path: string, base: string): string | undefined {
  if (!`${path}/`.startsWith(base)) return undefined;
  const name = decodeURIComponent(path).slice(base.length);
  return [`${name}.html`, posix.join(name, 'index.html'), name].find(
    (file) => /\.\w+$/.test(file) && existsSync(join(dist, file)),
  );
}
