import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');

test('an old Node is named with what to do, before anything that it could not load', () => {
  const text = readFileSync(main, 'utf8');
  expect(text).not.toMatch(/^import /m);
  // What an old one does with the file, but for the types.
  const old = `Object.defineProperty(process.versions, 'node', { value: '20.20.2' }); await import(${JSON.stringify(main)});`;
  const run = () =>
    execFileSync(process.execPath, ['--input-type=module', '--eval', old], {
      stdio: 'pipe',
      encoding: 'utf8',
    });
  expect(run).toThrow(
    /lockstep: needs Node\.js 24 or newer, and this is 20\.20\.2; install it, or add it to the project/,
  );
});
