import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFolder } from '@lockstep/gateway';
import type { Bundle } from '@lockstep/model/internal';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeBundle } from './prepare-environment.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bundleOf = (files: Record<string, string>): Bundle => ({
  files: new Map(Object.entries(files)),
  digest: 'sha256:0',
});

test('a gateway reads what was written, and nothing of what was there before', async () => {
  await writeBundle(folder, bundleOf({ 'gateway.json': '1', 'table/a.x': 'old', 'table/a.y': 'gone' }));
  const next = bundleOf({ 'gateway.json': '2', 'table/a.x': 'new', 'releases/a.json': '{}' });
  await writeBundle(folder, next);
  expect(await bundleFolder(folder).read()).toEqual({ files: next.files });
  expect(readdirSync(join(folder, 'table'))).toEqual(['a.x']);
});

test('gateway.json comes last, and what is unchanged stays as it is', async () => {
  await writeBundle(folder, bundleOf({ 'gateway.json': '1', 'table/a.x': 'same', 'table/a.y': '1' }));
  const before = statSync(join(folder, 'table/a.x')).ino;
  await writeBundle(folder, bundleOf({ 'gateway.json': '2', 'table/a.x': 'same', 'table/a.y': '2' }));
  expect(statSync(join(folder, 'table/a.x')).ino).toBe(before);
  const changed = (path: string) => statSync(join(folder, path), { bigint: true }).ctimeNs;
  expect(changed('gateway.json')).toBeGreaterThanOrEqual(changed('table/a.y'));
});

test('a write that fails leaves gateway.json as it was', async () => {
  await writeBundle(folder, bundleOf({ 'gateway.json': '1' }));
  writeFileSync(join(folder, 'blocked'), '');
  await expect(writeBundle(folder, bundleOf({ 'gateway.json': '2', 'blocked/x': '' }))).rejects.toThrow();
  expect(readFileSync(join(folder, 'gateway.json'), 'utf8')).toBe('1');
});
