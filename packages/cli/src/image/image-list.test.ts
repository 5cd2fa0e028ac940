import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUnpushed } from '@lockstep/model/internal';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readImages, recordImages } from './image-list.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

let folder: string;
let list: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'images-'));
  list = join(folder, 'images.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('new entries come in by name, and the others stay', () => {
  recordImages(
    list,
    { gateway: `r/gateway@${digest('1')}`, 'files@1': `r/mcp-files@${digest('2')}` },
    folder,
  );
  recordImages(list, { 'files@1': `r/mcp-files@${digest('3')}`, 'a@1': `r/mcp-a@${digest('4')}` }, folder);
  expect(readFileSync(list, 'utf8')).toBe(`{
  "a@1": "r/mcp-a@${digest('4')}",
  "files@1": "r/mcp-files@${digest('3')}",
  "gateway": "r/gateway@${digest('1')}"
}
`);
});

test('a list that is missing is empty, and one that names a tag is refused', () => {
  expect(readImages(list, folder)).toEqual({});
  writeFileSync(list, '{"gateway":"r/gateway:latest"}');
  expect(() => readImages(list, folder)).toThrow(
    'images.json: gateway must be a reference with a digest (name@sha256:…).',
  );
  writeFileSync(list, '{');
  expect(() => readImages(list, folder)).toThrow(/^images\.json can't be read: .*; restore it from Git\.$/);
});

test('all zeros stand for an image that nobody has pushed', () => {
  expect(isUnpushed(`r/gateway@${digest('0')}`)).toBe(true);
  expect(isUnpushed(`r/gateway@${digest('a')}`)).toBe(false);
});
