import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';
import type { Camera } from './camera.ts';
import { copyOfRepository, type Workshop } from './workshop.ts';

/** A change that somebody might propose: staging gets the next release of `files`, and one human lets prod push. */
const change: readonly (readonly [string, string])[] = [
  [
    "staging: { profile: 'staging', releases,",
    "staging: { profile: 'staging', releases: { ...releases, files: '2026.8.31' },",
  ],
  ['{ approve: { quorum: 2, approvers:', '{ approve: { quorum: 1, approvers:'],
];

/** The comment that a pull request with that change gets. */
export async function commentPicture({ folder, state, run }: Workshop, camera: Camera): Promise<void> {
  const copy = copyOfRepository(folder);
  const program = join(copy, 'stacks/environments.ts');
  let text = readFileSync(program, 'utf8');
  for (const [from, to] of change) {
    if (!text.includes(from))
      throw new Error(`stacks/environments.ts has no ${from}; correct ${import.meta.filename}.`);
    text = text.replace(from, to);
  }
  writeFileSync(program, text);
  const markdown = await run(['check', '--against', 'HEAD', '--format', 'markdown', '--state', state], copy);
  await camera.shoot('comment', { width: 900, height: 800 }, (page) => page.setContent(comment(markdown)));
}

function comment(markdown: string): string {
  const body = new MarkdownIt({ html: true, highlight: coloured }).render(markdown);
  return `<!doctype html><meta charset="utf-8"><style>${github}${style}</style>
<div class="comment"><header><b>github-actions</b> <span class="bot">bot</span> commented</header>
<article class="markdown-body">${body}</article></div>`;
}

/** Lines of a diff, in GitHub's own classes. */
function coloured(code: string, language: string): string {
  const escaped = new MarkdownIt().utils.escapeHtml(code);
  if (language !== 'diff') return escaped;
  const classes: Readonly<Record<string, string>> = { '+': 'pl-mi1', '-': 'pl-md', '!': 'pl-mc' };
  return escaped.replaceAll(
    /^([+\-!]).*$/gm,
    (line, sign) => `<span class="${classes[sign]}">${line}</span>`,
  );
}

const github = readFileSync(
  createRequire(import.meta.url).resolve('github-markdown-css/github-markdown.css'),
  'utf8',
);

const style = `
:root { --page: #ffffff; --bar: #f6f8fa; --line: #d1d9e0; --ink: #59636e; --name: #1f2328; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --bar: #151b23; --line: #3d444d; --ink: #9198a1; --name: #f0f6fc; } }
body { margin: 0; padding: 12px; background: var(--page); }
.comment { border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.comment header { padding: 10px 16px; background: var(--bar); border-bottom: 1px solid var(--line); color: var(--ink); font: 14px system-ui, "DejaVu Sans", sans-serif; }
.comment header b { color: var(--name); }
.bot { padding: 0 7px; border: 1px solid var(--line); border-radius: 99px; font-size: 12px; }
.markdown-body { padding: 16px; font-size: 14px; }
.markdown-body pre code { white-space: pre-wrap; overflow-wrap: anywhere; }
`;
