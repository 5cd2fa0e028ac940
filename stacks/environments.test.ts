import { readFileSync } from 'node:fs';
import { makeBundle, permissionTable, printTable } from '@lockstep/model/internal';
import { expect, test } from 'vitest';
import { environments, lock, servers } from './environments.ts';

const tableOf = (name: keyof typeof environments) =>
  printTable(permissionTable(environments[name])).split('\n');
const linesOf = (name: keyof typeof environments, target: string) =>
  tableOf(name).filter((line) => line.startsWith(`${target} `));

test('dev, staging and prod have the same servers, and dev is one release ahead', () => {
  expect(Object.keys(environments)).toEqual(['dev', 'staging', 'prod']);
  for (const { releases } of Object.values(environments)) {
    expect(Object.keys(releases)).toEqual(Object.keys(servers).sort());
  }
  const labels = Object.values(environments).map(({ releases }) => releases.files?.label);
  expect(labels).toEqual(['2026.8.31', '2026.7.4', '2026.7.4']);
  for (const environment of Object.values(environments))
    expect(makeBundle(environment).files.size).toBeGreaterThan(50);
});

test("a person has confirmed every tool's class", () => {
  for (const { releases } of Object.values(lock.servers)) {
    for (const { tools } of Object.values(releases)) {
      for (const tool of Object.values(tools))
        expect(tool).toMatchObject({ reviewed: true, classFrom: 'person' });
    }
  }
});

test('dev only reads; elsewhere writes follow the rules and then the profile', () => {
  expect(tableOf('dev').filter((line) => / (write|destructive) .*\ballow\b/.test(line))).toEqual([]);
  expect(linesOf('dev', 'files/read_text_file')).toEqual(['files/read_text_file read allow # profile.dev']);
  expect(linesOf('prod', 'files/write_file')).toEqual([
    expect.stringMatching(/ for writer when ".*drafts.*" allow # rules\.drafts$/),
    'files/write_file destructive approve by 2 of approver within 86400s # profile.prod',
  ]);
  expect(linesOf('prod', 'git/git_push')).toEqual([
    'git/git_push destructive approve by 2 of release-manager within 14400s # rules.push-by-two',
  ]);
  expect(linesOf('prod', 'git/git_reset')).toEqual([
    expect.stringMatching(/ deny ".*" # rules\.keep-history$/),
  ]);
});

test('the lock names no registry', () => {
  const text = readFileSync(new URL('tools.lock.json', import.meta.url), 'utf8');
  expect(text).not.toMatch(/registry\.npmjs|"resolved"/);
});
