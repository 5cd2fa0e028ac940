import { slug } from 'github-slugger';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { addressOf, linkFrom, pagesIn, repository, routeOf, titleOf } from '../pages.ts';

/** The guides, in the order in which to read them. */
const guides: Readonly<Record<string, readonly string[]>> = {
  Start: ['first-environment', 'existing-repo', 'troubleshooting'],
  Review: ['permissions', 'tool-lock', 'pull-requests'],
  Run: ['gateway', 'approvals', 'audit', 'secrets', 'vault', 'metrics'],
  Deploy: [
    'kubernetes',
    'other-languages',
    'upgrading',
    'images',
    'gitops',
    'guardrails',
    'aws',
    'monitoring',
  ],
};

function itemOf(source: string): DefaultTheme.SidebarItem {
  return { text: titleOf(source), link: addressOf(source) };
}

/** @throws Error for a guide that no group has. */
function guideGroups(): DefaultTheme.SidebarItem[] {
  const grouped = Object.values(guides).flat();
  const written = pagesIn('docs').filter((source) => !source.startsWith('docs/questions/'));
  const lost = written.filter((source) => !grouped.includes(source.slice('docs/'.length, -'.md'.length)));
  if (lost.length > 0)
    throw new Error(`${lost.join(', ')}: no group of site/.vitepress/config.ts has it; add it.`);
  return Object.entries(guides).map(([text, names]) => ({
    text,
    items: names.map((name) => itemOf(`docs/${name}.md`)),
  }));
}

/** The reference by package, then by kind: `reference/components/interfaces/NetworkSettings.md`. */
function referenceGroups(): DefaultTheme.SidebarItem[] {
  const pages = pagesIn('reference').filter((source) => !source.endsWith('README.md'));
  const byPackage = Map.groupBy(pages, (source) => source.split('/').slice(1, -2).join('/'));
  return [...byPackage].map(([name, ofPackage]) => ({
    text: name,
    collapsed: true,
    items: ofPackage.map((source) => ({
      text: source.split('/').at(-1)?.replace(/\.md$/, '') ?? source,
      link: addressOf(source),
    })),
  }));
}

export default defineConfig({
  title: 'Lockstep',
  description:
    'Run MCP servers as infrastructure: reviewed permissions, a gateway that enforces them, an audit that proves it.',
  lang: 'en',
  srcDir: '..',
  srcExclude: [
    ...['packages/**', 'test/**', 'stacks/**', 'scripts/**', 'site/**', 'out/**', 'coverage/**'],
    ...['ARCHITECTURE.md', 'CONTRIBUTING.md', 'CODE_OF_CONDUCT.md'],
  ],
  rewrites: routeOf,
  outDir: 'dist',
  cleanUrls: true,
  // As the pictures do, which know of no button.
  appearance: 'force-auto',
  markdown: {
    // Headings are linked to as on GitHub.
    anchor: { slugify: slug },
    config(md) {
      const render = md.renderer.rules.link_open;
      md.renderer.rules.link_open = (tokens, at, options, env, self) => {
        const token = tokens[at];
        const href = token?.attrGet('href');
        if (href != null) token?.attrSet('href', linkFrom(env.relativePath, href));
        return render?.(tokens, at, options, env, self) ?? self.renderToken(tokens, at, options);
      };
    },
  },
  themeConfig: {
    nav: [
      { text: 'Questions', link: '/questions/' },
      { text: 'Guides', link: '/first-environment' },
      { text: 'Reference', link: '/reference/' },
      { text: 'Changes', link: '/changelog' },
    ],
    sidebar: {
      '/reference/': [{ text: 'Reference', link: '/reference/' }, ...referenceGroups()],
      '/': [
        { text: 'Lockstep', link: '/' },
        {
          text: 'Questions',
          link: '/questions/',
          collapsed: true,
          items: pagesIn('docs/questions')
            .filter((source) => !source.endsWith('README.md'))
            .map(itemOf),
        },
        ...guideGroups(),
        { text: 'Examples', collapsed: true, items: pagesIn('examples').map(itemOf) },
      ],
    },
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository }],
  },
});
