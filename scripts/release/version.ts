// `npm run version`: raises all versions by the changesets, and moves what they say into CHANGELOG.md.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readChangesets } from '@changesets/read';
import { withRelease } from './changelog.ts';

const root = resolve(import.meta.dirname, '../..');
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: root, stdio: 'inherit' });
const read = (file: string) => readFileSync(join(root, file), 'utf8');

// Read first: `changeset version` deletes them.
const changesets = await readChangesets(root);
if (changesets.length === 0) {
  console.error('version: there is no changeset; write one with `npm run changeset`.');
  process.exit(2);
}
run('changeset', 'version');
// All packages have the same.
const { version } = JSON.parse(read('packages/cli/package.json'));
const texts = changesets.map(({ summary }) => summary);
const today = new Date().toISOString().slice(0, 10);
writeFileSync(join(root, 'CHANGELOG.md'), withRelease(read('CHANGELOG.md'), version, today, texts));
run('npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund');
