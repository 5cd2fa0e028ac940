import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { guardrails } from '@lockstep/guardrails';
import { defineServers } from '@lockstep/model';
import { environmentSchema } from '@lockstep/model/internal';
import { recordKinds } from '@lockstep/model/record';
import { anchorsOf, codeIn, linksOf, pageAt, pages, root, rowsOf } from '@lockstep/testing/markdown';
import { describe, expect, it } from 'vitest';
import { commandLines, complaint } from './docs/commands.ts';
import { examplesOf } from './docs/examples.ts';
import { dataOf, typeErrors } from './docs/snippets.ts';
import { fixedParts, spoken } from './docs/sources.ts';

const blocks = pages.flatMap((page) => page.blocks);

describe('the documentation', () => {
  it('has no broken link', () => {
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

  it.each([
    ['model', 20],
    ['components', 60],
    ['aws', 15],
    ['guardrails', 1],
  ])('shows each exported name of @lockstep/%s, at most %i, in an example that compiles', (name, most) => {
    const examples = examplesOf(`@lockstep/${name}`, `packages/${name}/src/index.ts`);
    expect(examples.size).toBeLessThanOrEqual(most);
    expect([...examples].flatMap(([shown, example]) => (example === undefined ? [shown] : []))).toEqual([]);
    expect(typeErrors([...examples.values()].flatMap((example) => example ?? []))).toEqual([]);
  });

  it('shows valid servers, rules and settings', () => {
    for (const block of blocks.filter(({ info }) => info === 'servers')) {
      expect(() => defineServers(dataOf(block) as never), block.where).not.toThrow();
    }
    for (const block of blocks.filter(({ info }) => info === 'environment')) {
      const whole = { profile: 'dev', releases: {}, ...dataOf(block) };
      expect(environmentSchema.safeParse(whole).error?.issues, block.where).toBeUndefined();
    }
  });

  it('shows valid JSON', () => {
    for (const { text, where } of blocks.filter(({ language }) => language === 'json')) {
      expect(() => JSON.parse(text), where).not.toThrow();
    }
  });

  it('shows command lines that the command accepts', async () => {
    const shells = blocks.filter(({ language }) => language === 'sh');
    const lines = shells.flatMap((block) =>
      commandLines(block).map((argv) => ({ where: block.where, argv })),
    );
    expect(lines.length).toBeGreaterThan(30);
    for (const { where, argv } of lines)
      expect(await complaint(argv), `${where}: ${argv.join(' ')}`).toBeUndefined();
  });
});

it('quotes errors as they are in the code', () => {
  const all = spoken();
  const page = pageAt('docs/troubleshooting.md');
  const sentences = ['it says', 'the agent reads', 'a client gets'].flatMap((heading) =>
    rowsOf(page, heading).map(([sentence = '']) => sentence.replace(/^\d{3} /, '')),
  );
  expect(sentences.length).toBeGreaterThan(40);
  const strange = sentences.filter((sentence) => fixedParts(sentence).some((part) => !all.includes(part)));
  expect(strange).toEqual([]);
});

it('lists the guardrails', () => {
  const names = rowsOf(pageAt('docs/guardrails.md'), 'guardrail').map(([name]) => codeIn(name)[0]);
  expect(names).toEqual(guardrails.map(({ name }) => name));
});

it('lists the kinds of audit records', () => {
  const kinds = rowsOf(pageAt('docs/audit.md'), 'kind').map(([kind]) => codeIn(kind)[0]);
  expect(kinds).toEqual([...recordKinds]);
});
