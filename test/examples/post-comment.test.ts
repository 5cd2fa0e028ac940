import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printMarkdown } from '@lockstep/cli/internal';
import { afterEach, beforeEach, expect, it } from 'vitest';

interface Poster {
  refusal(text: string): string | undefined;
  post(file: string, env: Record<string, string>): Promise<string>;
}

const script = new URL('../../packages/cli/template/.github/post-comment.mjs', import.meta.url).href;
const { post, refusal } = (await import(script)) as Poster;

const marker = '<!-- lockstep check -->';
const sha = 'a'.repeat(40);
const repository = 'shop/infra';

let folder: string;
let github: Server;
let asked: { method: string; url: string; body?: { body: string } }[];
let comments: { id: number; user: { login: string }; body: string }[];
let pulls: object[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-comment-'));
  asked = [];
  comments = [];
  pulls = [{ number: 7, head: { sha, repo: { full_name: 'stranger/infra' } } }];
  github = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { method = '', url = '' } = request;
    asked.push({ method, url, ...(text !== '' && { body: JSON.parse(text) }) });
    response.end(JSON.stringify(url.includes('/pulls?') ? pulls : method === 'GET' ? comments : {}));
  });
  await new Promise<void>((ready) => github.listen(0, '127.0.0.1', ready));
});
afterEach(() => {
  github.close();
  rmSync(folder, { recursive: true, force: true });
});

function run(text: string | Buffer): Promise<string> {
  const [file, event] = [join(folder, 'comment.md'), join(folder, 'event.json')];
  writeFileSync(file, text);
  const head = { full_name: 'stranger/infra', owner: { login: 'stranger' } };
  const workflow = { head_sha: sha, head_branch: 'fix&more', head_repository: head };
  writeFileSync(event, JSON.stringify({ workflow_run: workflow }));
  const { port } = github.address() as AddressInfo;
  return post(file, {
    GITHUB_API_URL: `http://127.0.0.1:${port}`,
    GITHUB_EVENT_PATH: event,
    GITHUB_REPOSITORY: repository,
    GITHUB_TOKEN: 't',
  });
}

const fine = `${marker}\n\n## Lockstep\n\nEverything that was checked holds.\n`;

it('posts a comment on the pull request that the event names', async () => {
  expect(await run(fine)).toBe('The comment of pull request 7 is posted.');
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /repos/shop/infra/pulls?state=open&per_page=100&head=stranger%3Afix%26more',
    'GET /repos/shop/infra/issues/7/comments?per_page=100&page=1',
    'POST /repos/shop/infra/issues/7/comments',
  ]);
  expect(asked[2]?.body?.body).toBe(
    `${fine.trimEnd()}\n\nMade by the code of this pull request at ${sha.slice(0, 12)}.\n`,
  );
});

it('updates its own comment, and not another one that begins alike', async () => {
  comments = [
    { id: 1, user: { login: 'stranger' }, body: fine },
    { id: 2, user: { login: 'github-actions[bot]' }, body: 'of another workflow' },
    { id: 3, user: { login: 'github-actions[bot]' }, body: fine },
  ];
  expect(await run(fine)).toBe('The comment of pull request 7 is updated.');
  expect(asked.at(-1)).toMatchObject({ method: 'PATCH', url: '/repos/shop/infra/issues/comments/3' });
});

it('posts nothing if the pull request has another head by now', async () => {
  pulls = [{ number: 7, head: { sha: 'b'.repeat(40), repo: { full_name: 'stranger/infra' } } }];
  expect(await run(fine)).toContain('nothing is posted');
  expect(asked).toHaveLength(1);
});

it.each([
  ['a mention', 'Hello @octocat'],
  ['a link', 'see https://evil.example'],
  ['a bare host', 'see www.evil.example'],
  ['Markdown', '[approve](x)'],
  ['HTML', '<img src=x>'],
  ['an indented line', '    @octocat'],
  ['code within HTML', '<details><summary>x</summary>\n```\n@octocat\n```'],
  ['code that ends early', '```\nx\n ```\n@octocat\n```'],
  ['code with no end', '```\n@octocat'],
  ['a carriage return', 'a\rb'],
])('refuses %s', async (_, text) => {
  await expect(run(`${fine}\n${text}\n`)).rejects.toThrow(/ Nothing is posted\.$/);
  expect(asked).toEqual([]);
});

it("refuses a text that is too long, isn't UTF-8, or isn't Lockstep's", async () => {
  await expect(run(`${fine}\n\`\`\`\n${'x'.repeat(70_000)}\n\`\`\`\n`)).rejects.toThrow('longer than');
  await expect(run(Buffer.from([...Buffer.from(fine), 0xff]))).rejects.toThrow();
  await expect(run('## Lockstep\n')).rejects.toThrow('begin with its marker');
});

it('accepts everything that the command writes, even about hostile servers', () => {
  const texts = ['```', '</details>@octocat', '~~~', 'a\nb\r\u202e', '  ```', '<script>', 'x'.repeat(5000)];
  const findings = texts.flatMap((path) => texts.map((message) => ({ path, message })));
  const state = (summary: string) => ({ class: 'read', clauses: [], summary }) as const;
  const text = printMarkdown(
    { checks: [{ name: 'lock', summary: 'x', findings }], advice: findings, egress: texts },
    {
      environments: [
        {
          environment: 'prod',
          permissions: texts.map((target) => ({ target, before: state(target), after: state(target) })),
          releases: texts.map((server) => ({ server, to: server })),
        },
      ],
      objects: [
        {
          environment: 'dev',
          changes: texts.map((object) => ({ object, kind: 'added' as const, fields: [] })),
        },
      ],
    },
  );
  expect(refusal(text)).toBeUndefined();
});
