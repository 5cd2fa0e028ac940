import { expect, test } from 'vitest';
import { filesRelease, findingsOf, lockOf, release, tool } from '../world.fixture.ts';
import { parseLock } from './parse-lock.ts';

test('a whole lock is read as it is, and so is what JSON makes of it', () => {
  const lock = lockOf({ '1.0.0': filesRelease });
  expect(parseLock(lock)).toEqual(lock);
  expect(parseLock(JSON.parse(JSON.stringify(lock)))).toEqual(lock);
});

test.each([
  ['a missing lock', undefined, 'lock: there is none; run `lockstep lock` to write it.'],
  [
    'a newer one',
    { lockVersion: 2, anything: 1 },
    'lock: lock version 2 is newer than this lockstep reads (1); update lockstep.',
  ],
  ['a list', [], 'lock: must be an object, not a list.'],
])('%s is told in one sentence', (_, lock, message) => {
  expect(findingsOf(() => parseLock(lock))).toEqual([message]);
});

test("a definition that doesn't fit its digest is found, wherever it is", () => {
  const edited = { ...tool('read', { name: 'peek' }), definition: { name: 'peek', description: 'edited' } };
  const instructions = { text: 'new words', digest: filesRelease.tools.read_file?.digest ?? '' };
  const lock = lockOf({ '1.0.0': release({ peek: edited }, { instructions }) });
  const advice = "doesn't fit what it is the digest of; run `lockstep lock` and review what changed.";
  expect(findingsOf(() => parseLock(lock))).toEqual([
    `lock.servers.files.releases["1.0.0"].tools.peek.digest: ${advice}`,
    `lock.servers.files.releases["1.0.0"].instructions.digest: ${advice}`,
  ]);
});

test("two tools that differ only by case can't be told apart everywhere", () => {
  const lock = lockOf({ '1.0.0': release({ peek: 'read', Peek: 'read' }) });
  expect(findingsOf(() => parseLock(lock))).toEqual([
    'lock.servers.files.releases["1.0.0"].tools.Peek: differs from `peek` only by upper and lower case; the server must rename one of them.',
  ]);
});

test("everything that doesn't fit is named at once", () => {
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
