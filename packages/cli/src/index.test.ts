import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import * as entry from './index.ts';
import { version } from './kernel/version.ts';

test('importing the package prints nothing, starts nothing, and has a command line to run', async () => {
  const load = "await import('@lockstep/cli'); process.exitCode = process.exitCode ?? 7;";
  // With arguments that the command would take for its own.
  const args = ['--conditions=lockstep-source', '--input-type=module', '--eval', load, '--', 'up', '--help'];
  const child = promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, timeout: 20_000 });
  await expect(child).rejects.toMatchObject({ code: 7, stdout: '', stderr: '' });

  expect(Object.keys(entry).toSorted()).toEqual(['processContext', 'run']);
  const printed: string[] = [];
  const context = { ...entry.processContext(), print: (line = '') => void printed.push(line) };
  expect(await entry.run(['--version'], context)).toBe('ran');
  expect(printed).toEqual([version]);
});
