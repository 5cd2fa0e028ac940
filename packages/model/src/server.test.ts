import { expect, test } from 'vitest';
import { defineServers, type ServerInput } from './server.ts';
import { findingsOf } from './world.fixture.ts';

test('omitted fields get their defaults', () => {
  const { files } = defineServers({ files: { run: { npm: '@example/files', args: ['${workdir}'] } } });
  expect(files).toEqual({
    run: { npm: '@example/files', args: ['${workdir}'], env: {} },
    tags: [],
    needs: [],
    isolation: 'principal',
    timeouts: { start: 30, list: 10, call: 120 },
    processes: { max: 16, idle: 600 },
    secrets: {},
    egress: [],
  });
});

test('parsed definitions can be parsed again', () => {
  const once = defineServers({
    a: { run: { image: 'x/y', port: 80 } },
    b: { remote: { url: 'https://b.example' } },
  });
  expect(defineServers(once)).toEqual(once);
});

const input = (given: unknown) => ({ files: given }) as Record<string, ServerInput>;

test.each<[string, unknown, string[]]>([
  [
    'a misspelt field',
    { run: { npm: 'x', argz: [] } },
    ['servers.files.run.argz: unknown field; did you mean `args`?'],
  ],
  [
    'neither run nor remote',
    { rum: { npm: 'x' } },
    [
      'servers.files.run: is missing; it must be an object.',
      'servers.files.rum: unknown field; did you mean `run`?',
    ],
  ],
  [
    "a version in a package's name",
    { run: { npm: 'x@1.0.0' } },
    ['servers.files.run.npm: must be an npm package name without a version; the lock pins the version.'],
  ],
  [
    'a string for a number',
    { run: { image: 'x', port: '80' } },
    ['servers.files.run.port: must be a number, not a string.'],
  ],
  [
    'a number out of bounds',
    { run: { npm: 'x' }, timeouts: { call: 0 } },
    ['servers.files.timeouts.call: must be more than 0.'],
  ],
  [
    "a word that isn't allowed",
    { run: { npm: 'x' }, isolation: 'none' },
    ['servers.files.isolation: must be "principal" or "session" or "shared".'],
  ],
  ['not an object', 'npx files', ['servers.files: must be an object, not a string.']],
])('the error names %s with its path', (_, given, findings) => {
  expect(findingsOf(() => defineServers(input(given)))).toEqual(findings);
});

test('the error names invalid server names', () => {
  const run = { run: { npm: 'x' } };
  expect(findingsOf(() => defineServers({ Files: run, lockstep: run, 'a.b': run }))).toEqual([
    'servers.Files: its name must be a DNS label: 1–63 lower-case letters, digits or `-`, starting with a letter.',
    "servers.lockstep: its name must not be `lockstep`, which is the gateway's own name; choose another.",
    'servers["a.b"]: its name must be a DNS label: 1–63 lower-case letters, digits or `-`, starting with a letter.',
  ]);
});
