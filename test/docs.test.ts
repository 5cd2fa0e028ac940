import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { defineServers } from '@lockstep/model';
import { recordKinds } from '@lockstep/model/record';
import { anchorsOf, codeIn, linksOf, pageAt, pages, root, rowsOf } from '@lockstep/testing/markdown';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../packages/gateway/src/metrics/metrics.ts';
import { replyTo } from '../packages/gateway/src/pipeline/refusal.ts';
import { environmentSchema } from '../packages/model/src/environment/environment.ts';
import { commandLines, complaint } from './docs/commands.ts';
import { dataOf, typeErrors } from './docs/snippets.ts';
import { fixedParts, spoken } from './docs/sources.ts';

const blocks = pages.flatMap((page) => page.blocks);

describe('what people read', () => {
  it('links to what is there', () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const [path = '', anchor] = link.split('#');
          const target = path === '' ? page.file : relative(root, join(root, dirname(page.file), path));
          if (!existsSync(join(root, target))) return true;
          return anchor !== undefined && !anchorsOf(pageAt(target)).includes(anchor);
        })
        .map((link) => `${page.file}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('shows programs that compile', () => {
    const snippets = blocks.filter(({ language }) => language === 'ts');
    expect(snippets.length).toBeGreaterThan(10);
    expect(typeErrors(snippets)).toEqual([]);
  });

  it('shows servers, rules and settings that are taken', () => {
    for (const block of blocks.filter(({ info }) => info === 'servers')) {
      expect(() => defineServers(dataOf(block) as never), block.where).not.toThrow();
    }
    for (const block of blocks.filter(({ info }) => info === 'environment')) {
      const whole = { profile: 'dev', releases: {}, ...dataOf(block) };
      expect(environmentSchema.safeParse(whole).error?.issues, block.where).toBeUndefined();
    }
  });

  it('shows JSON that is some', () => {
    for (const { text, where } of blocks.filter(({ language }) => language === 'json')) {
      expect(() => JSON.parse(text), where).not.toThrow();
    }
  });

  it('shows command lines that the command takes', async () => {
    const shells = blocks.filter(({ language }) => language === 'sh');
    const lines = shells.flatMap((block) =>
      commandLines(block).map((argv) => ({ where: block.where, argv })),
    );
    expect(lines.length).toBeGreaterThan(30);
    for (const { where, argv } of lines)
      expect(await complaint(argv), `${where}: ${argv.join(' ')}`).toBeUndefined();
  });
});

it('explains errors in the words in which they are given', () => {
  const all = spoken();
  const page = pageAt('docs/troubleshooting.md');
  const sentences = ['it says', 'the agent reads', 'a client gets'].flatMap((heading) =>
    rowsOf(page, heading).map(([sentence = '']) => sentence.replace(/^\d{3} /, '')),
  );
  expect(sentences.length).toBeGreaterThan(40);
  const strange = sentences.filter((sentence) => fixedParts(sentence).some((part) => !all.includes(part)));
  expect(strange).toEqual([]);
});

it('lists the metrics that there are, with their labels', async () => {
  const listed = rowsOf(pageAt('docs/metrics.md'), 'metric').map(([name, type, labels]) => ({
    name: codeIn(name)[0],
    type,
    labels: codeIn(labels).toSorted(),
  }));
  expect(listed).toEqual(expect.arrayContaining(await metrics()));
  expect(listed).toHaveLength((await metrics()).length);
});

it('lists the kinds of audit records, and the codes of refusals', () => {
  const kinds = rowsOf(pageAt('docs/audit.md'), 'kind').map(([kind]) => codeIn(kind)[0]);
  expect(kinds).toEqual([...recordKinds]);
  for (const [kind, code] of rowsOf(pageAt('docs/gateway.md'), 'kind')) {
    const reply = replyTo({ kind: codeIn(kind)[0], sentence: '', data: {} } as never, 'prompts/get');
    expect(reply, kind).toMatchObject({ error: { code: Number(code) } });
  }
});

/** The gateway's own metrics, each used once, as a scraper reads them. */
async function metrics(): Promise<{ name: string; type: string; labels: string[] }[]> {
  const health = {
    server: 's',
    state: 'ready',
    processes: 1,
    restarts: 0,
    tools: 1,
    quarantined: 0,
  } as const;
  const registry = createMetrics({
    health: () => [health],
    approvalsWaiting: async () => 0,
    auditLag: () => 0,
    archive: { lag: async () => 0, failures: () => 0 },
    secrets: () => [{ server: 's', age: 0, errors: 0 }],
  });
  registry.finished({ method: 'm', server: 's', tool: 't', outcome: 'ok', seconds: 1 });
  registry.answered('s', 'm', 1);
  registry.decided('s', 't', 'allow');
  registry.refused('s', 't', 'refused', 'write');
  registry.bundle('d', true);
  const text = await registry.text();
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
    .filter(([, name = '']) => !/^(process|nodejs)_/.test(name))
    .map(([, name = '', type = '']) => {
      const sample = new RegExp(`^${name}(?:_count)?\\{(.*)\\}`, 'm').exec(text)?.[1] ?? '';
      return {
        name,
        type,
        labels: [...sample.matchAll(/(\w+)="/g)].map((match) => match[1] ?? '').toSorted(),
      };
    });
}
