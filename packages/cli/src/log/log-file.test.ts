import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@lockstep/testing/folder';
import { expect, test } from 'vitest';
import { followLogLines, openLogFile, readLogLines } from './log-file.ts';

const refuse = (code: string) => {
  throw new Error(code);
};

test('keeps what was logged for its owner alone, oldest first, over the end of a full file', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'log.jsonl');
  writeFileSync(path, `${'x'.repeat(11 * 1024 * 1024)}\n`);
  const append = openLogFile(path, refuse);
  append('first\n');
  append('second\n');
  expect((await readLogLines(path)).slice(1)).toEqual(['first', 'second']);
  expect(statSync(path).size).toBe('first\nsecond\n'.length);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('tells once that it cannot write', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'log.jsonl');
  mkdirSync(path);
  const told: string[] = [];
  const append = openLogFile(path, (code) => told.push(code));
  append('first\n');
  append('second\n');
  expect(told).toEqual(['EISDIR']);
});

test('writes through no link and into no pipe, and lets nobody else read', async () => {
  await using folder = await temporaryFolder();
  const [path, other, pipe, open] = ['log.jsonl', 'other', 'pipe.jsonl', 'open.jsonl'].map((name) =>
    join(folder.path, name),
  ) as [string, string, string, string];
  writeFileSync(other, '');
  symlinkSync(other, path);
  execFileSync('mkfifo', [pipe]);
  writeFileSync(open, '', { mode: 0o666 });
  const told: string[] = [];
  for (const file of [path, pipe, open]) openLogFile(file, (why) => told.push(why))('line\n');
  expect(told).toEqual(['ELOOP', 'ENXIO']);
  expect(statSync(other).size).toBe(0);
  expect(statSync(open).mode & 0o777).toBe(0o600);
});

test('follows what is appended, also into the next file', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'log.jsonl');
  const append = openLogFile(path, refuse);
  append('first\n');
  const lines = followLogLines(path);
  expect((await lines.next()).value).toBe('first');
  append(`${'x'.repeat(11 * 1024 * 1024)}\n`);
  expect((await lines.next()).value).toHaveLength(11 * 1024 * 1024);
  append('third\n');
  expect((await lines.next()).value).toBe('third');
  // All of it before anybody looks: the end of the file that is set aside, and the new one.
  append(`${'y'.repeat(11 * 1024 * 1024)}\n`);
  append('fifth\n');
  expect((await lines.next()).value).toHaveLength(11 * 1024 * 1024);
  expect((await lines.next()).value).toBe('fifth');
  await lines.return(undefined);
});
