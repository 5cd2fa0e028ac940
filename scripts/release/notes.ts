// Prints what CHANGELOG.md says about the version that is released.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import manifest from '../../packages/cli/package.json' with { type: 'json' };
import { notesOf } from './changelog.ts';

const changelog = readFileSync(join(resolve(import.meta.dirname, '../..'), 'CHANGELOG.md'), 'utf8');
process.stdout.write(notesOf(changelog, manifest.version));
