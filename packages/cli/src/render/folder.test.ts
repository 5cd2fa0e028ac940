import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { markerName, readFolder, writeFolder } from './folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } };
const out = () => join(folder, 'out');

test("reads back what it wrote; a folder that isn't there holds nothing", () => {
  expect(readFolder(out(), 'out')).toEqual([]);
  writeFolder(out(), [object], 'out');
  expect(readFolder(out(), 'out')).toEqual([object]);
});

test('whatever a marker says, nothing outside the folder is removed', () => {
  writeFileSync(join(folder, 'mine.yaml'), 'mine');
  mkdirSync(out());
  writeFileSync(join(out(), markerName), '../mine.yaml\n/etc/passwd\nsub/x.yaml\n..\n');
  writeFolder(out(), [object], 'out');
  expect(readFileSync(join(folder, 'mine.yaml'), 'utf8')).toBe('mine');
});

test('writes through no link', () => {
  writeFileSync(join(folder, 'mine.yaml'), 'mine');
  writeFolder(out(), [object], 'out');
  rmSync(join(out(), '00-namespace-n.yaml'));
  symlinkSync(join(folder, 'mine.yaml'), join(out(), '00-namespace-n.yaml'));
  writeFolder(out(), [object], 'out');
  expect(readFileSync(join(folder, 'mine.yaml'), 'utf8')).toBe('mine');
  expect(readFolder(out(), 'out')).toEqual([object]);
  rmSync(join(out(), markerName));
  symlinkSync(join(folder, 'mine.yaml'), join(out(), markerName));
  expect(() => writeFolder(out(), [object], 'out')).toThrow("out/.lockstep-render isn't a file");
  expect(readdirSync(folder).sort()).toEqual(['mine.yaml', 'out']);
});
