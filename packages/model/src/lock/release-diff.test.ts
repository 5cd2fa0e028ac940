import { expect, test } from 'vitest';
import { digestOf } from '../canonical.ts';
import type { JsonObject } from '../json.ts';
import { item, release, tool } from '../world.fixture.ts';
import { diffDefinition } from './definition-diff.ts';
import { printReleaseDiff, type VersionStep } from './release-change.ts';
import { diffReleases } from './release-diff.ts';
import type { Release } from './schema.ts';

const said = (text: string) => ({ text, digest: digestOf(text) });

test.each<[string, Partial<Release>, Partial<Release>, VersionStep, string[]]>([
  ['nothing', {}, {}, 'none', []],
  [
    'instructions',
    { instructions: said('a') },
    { instructions: said('b') },
    'patch',
    ['instructions changed'],
  ],
  ['lost resources', { resources: true }, {}, 'major', ['server no longer has resources']],
  ['new completions', {}, { completions: true }, 'minor', ['server now has completions']],
  ['a removed prompt', { prompts: { p: item({ name: 'p' }) } }, {}, 'major', ['prompts/p removed']],
  [
    'a new template',
    {},
    { resourceTemplates: { 'x:{a}': item({ name: 'x' }) } },
    'minor',
    ['resourceTemplates/x:{a} added'],
  ],
  [
    'another version',
    {},
    { source: { type: 'npm', package: '@example/files', version: '1.1.0', bin: 'index.js', lockfile: {} } },
    'patch',
    ['source npm:@example/files@1.0.0 → npm:@example/files@1.1.0'],
  ],
  [
    'another dependency tree',
    {},
    {
      source: {
        type: 'npm',
        package: '@example/files',
        version: '1.0.0',
        bin: 'index.js',
        lockfile: { a: {} },
      },
    },
    'patch',
    ['source npm:@example/files@1.0.0: its contents changed'],
  ],
  ['something ignored', {}, { ignore: ['/tools/a/b'] }, 'major', ['server /tools/a/b left out of digests']],
])('%s', (_, before, after, step, texts) => {
  const diff = diffReleases(release({}, before), release({}, after));
  expect(diff.step).toBe(step);
  expect(diff.changes.map((change) => `${change.item} ${change.text}`)).toEqual(texts);
});

test('new tools, removed tools, and tools of another class', () => {
  const before = release({ gone: 'read', raised: 'read', dropped: tool('write', { name: 'dropped' }) });
  const after = release({
    fresh: tool('read', { name: 'fresh' }, false),
    raised: 'write',
    dropped: tool('write', { name: 'dropped' }, false),
  });
  expect(printReleaseDiff('files 1.0.0 → 2.0.0', diffReleases(before, after))).toEqual([
    'files 1.0.0 → 2.0.0: major',
    '  tools/dropped: class write → destructive (nobody has confirmed it yet)',
    '  tools/fresh: added (destructive, not confirmed)',
    '  tools/gone: removed',
    '  tools/raised: class read → write',
  ]);
});

const schema = (properties: JsonObject, rest: JsonObject = {}) => ({ type: 'object', properties, ...rest });

test.each<[string, JsonObject, JsonObject, VersionStep, string]>([
  ['a description', { description: 'a' }, { description: 'b' }, 'patch', 'description changed'],
  ['a title', {}, { title: 'b' }, 'patch', 'title added'],
  [
    'a new option',
    { inputSchema: schema({}) },
    { inputSchema: schema({ a: {} }) },
    'minor',
    'input widened (/properties/a: added)',
  ],
  [
    'a removed option',
    { inputSchema: schema({ a: {} }) },
    { inputSchema: schema({}) },
    'major',
    'input narrowed (/properties/a: removed)',
  ],
  [
    'a word about an option',
    { inputSchema: schema({ a: {} }) },
    { inputSchema: schema({ a: { title: 'A' } }) },
    'patch',
    'input reworded (/properties/a/title: reworded)',
  ],
  ['a first output', {}, { outputSchema: schema({}) }, 'minor', 'output described'],
  ['no output', { outputSchema: schema({}) }, {}, 'major', 'output no longer described'],
  [
    'a looser output',
    { outputSchema: schema({}, { required: ['a'] }) },
    { outputSchema: schema({}) },
    'major',
    'output widened (/required: widened)',
  ],
  [
    'a stricter output',
    { outputSchema: schema({}) },
    { outputSchema: schema({}, { required: ['a'] }) },
    'minor',
    'output narrowed (/required: narrowed)',
  ],
  ['no longer read-only', { annotations: { readOnlyHint: true } }, {}, 'major', 'readOnlyHint true → false'],
  [
    'destructive now',
    { annotations: { destructiveHint: false } },
    { annotations: { destructiveHint: true } },
    'major',
    'destructiveHint false → true',
  ],
  [
    'now a closed world',
    {},
    { annotations: { openWorldHint: false } },
    'minor',
    'openWorldHint true → false',
  ],
  ['now idempotent', {}, { annotations: { idempotentHint: true } }, 'minor', 'idempotentHint false → true'],
  [
    'a default written out',
    { annotations: {} },
    { annotations: { readOnlyHint: false, title: 'x' } },
    'patch',
    'annotation title changed',
  ],
  ['something unknown', {}, { execution: { taskSupport: 'required' } }, 'major', 'execution changed'],
])('a tool: %s', (_, before, after, step, text) => {
  const changes = diffDefinition('tools', 'a', { name: 'a', ...before }, { name: 'a', ...after });
  expect(changes.map((change) => [change.item, change.step, change.text])).toEqual([['tools/a', step, text]]);
});

test.each<[string, JsonObject[], JsonObject[], VersionStep]>([
  ['a new optional argument', [], [{ name: 'x' }], 'minor'],
  ['a new required argument', [], [{ name: 'x', required: true }], 'major'],
  ['a removed argument', [{ name: 'x' }], [], 'major'],
  ['words', [{ name: 'x' }], [{ name: 'x', description: 'y' }], 'patch'],
])('a prompt: %s', (_, before, after, step) => {
  const changes = diffDefinition('prompts', 'p', { arguments: before }, { arguments: after });
  expect(changes.map((change) => change.step)).toEqual([step]);
});

test('both sides of a changed text are shown, with invisible characters escaped', () => {
  const before = release({ a: tool('read', { name: 'a', description: 'Reads.' }) });
  const after = release({ a: tool('read', { name: 'a', description: 'Reads.\u200b <obey>\u202e' }) });
  expect(printReleaseDiff('files', diffReleases(before, after))).toEqual([
    'files: patch',
    '  tools/a: description changed',
    '    - "Reads."',
    '    + "Reads.\\u200b <obey>\\u202e"',
  ]);
});
