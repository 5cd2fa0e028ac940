import { expect, test } from 'vitest';
import { filesRelease, findingsOf, lockOf, release, tool } from '../world.fixture.ts';
import { parseLock } from './parse-lock.ts';

test('a complete lock is read unchanged, before and after a trip through JSON', () => {
  const lock = lockOf({ '1.0.0': filesRelease });
  expect(parseLock(lock)).toEqual(lock);
  expect(parseLock(JSON.parse(JSON.stringify(lock)))).toEqual(lock);
});

test.each([
  ['a missing lock', undefined, 'lock: is missing; run `lockstep lock` to write it.'],
  [
    'a newer one',
    { lockVersion: 2, anything: 1 },
    'lock: lock version 2 is newer than this lockstep reads (1); update lockstep.',
  ],
  ['a list', [], 'lock: must be an object, not a list.'],
])('one sentence reports %s', (_, lock, message) => {
  expect(findingsOf(() => parseLock(lock))).toEqual([message]);
});

test("a definition that doesn't match its digest is found, wherever it is", () => {
  const edited = { ...tool('read', { name: 'peek' }), definition: { name: 'peek', description: 'edited' } };
  const instructions = { text: 'new words', digest: filesRelease.tools.read_file?.digest ?? '' };
  const lock = lockOf({ '1.0.0': release({ peek: edited }, { instructions }) });
  const advice = "doesn't match what was locked; run `lockstep lock` and review what changed.";
  expect(findingsOf(() => parseLock(lock))).toEqual([
    `lock.servers.files.releases["1.0.0"].tools.peek.digest: ${advice}`,
    `lock.servers.files.releases["1.0.0"].instructions.digest: ${advice}`,
  ]);
});

test('two tools whose names differ only in case are refused', () => {
  const lock = lockOf({ '1.0.0': release({ peek: 'read', Peek: 'read' }) });
  expect(findingsOf(() => parseLock(lock))).toEqual([
    'lock.servers.files.releases["1.0.0"].tools.Peek: differs from `peek` only in case; the server must rename one of them.',
  ]);
});

test("one error names everything that doesn't fit", () => {
  const lock = {
    lockVersion: 1,
    servers: {
      Files: { releases: {} },
      files: { releases: { a: { ...filesRelease, ignore: ['/tools/x'] } } },
    },
  };
  expect(findingsOf(() => parseLock(lock)).map((finding) => finding.split(': ')[0])).toEqual([
    'lock.servers.Files',
    'lock.servers.files.releases.a.ignore[0]',
  ]);
});
