import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const state = mkdtempSync(join(tmpdir(), 'lockstep-examples-'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

interface Ran {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command in the repository's root, as the examples' READMEs say. */
function lockstep(...args: string[]): Promise<Ran> {
  const main = join(root, 'packages/cli/src/main.ts');
  // Scripts start with `/usr/bin/env node`, which must be the Node that runs this test.
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };
  return new Promise((settle) => {
    const argv = ['--conditions=lockstep-source', main, ...args];
    execFile(process.execPath, argv, { cwd: root, env }, (error, stdout, stderr) => {
      settle({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe('the custom server', () => {
  const config = ['--config', 'examples/custom-server/environments.ts'];

  it('is planned beside the managed one', async () => {
    const { code, stdout, stderr } = await lockstep('plan', ...config);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^rota +dev 1\.0\.0 +prod 1\.0\.0$/m);
    expect(stdout).toMatch(
      /^put_on_call write +deny +allow for engineer when args\.person == principal\.owner, else approve by 1 of approver$/m,
    );
    expect(stdout).toMatch(/^write_file destructive +deny +approve by 2 of approver$/m);
    expect(stderr).not.toContain('until a person has confirmed');
  });

  it('is the locked script, and offers what was reviewed', async () => {
    const { stdout, stderr } = await lockstep('lock', 'rota', '--check', '--state', state, ...config);
    expect(stdout, stderr).toBe('rota 1.0.0: as locked.\n');
  });
});
