import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const main = join(root, 'packages/cli/src/main.ts');

/** Milliseconds that `lockstep plan` of our own stacks takes, as a person waits for it. */
export async function timePlan(...options: readonly string[]): Promise<number> {
  const started = performance.now();
  const plan = spawn(process.execPath, ['--conditions=lockstep-source', main, 'plan', ...options], {
    cwd: root,
    stdio: 'ignore',
  });
  const [code] = await once(plan, 'exit');
  if (code !== 0) throw new Error(`lockstep plan ${options.join(' ')} ended with code ${code}`);
  return performance.now() - started;
}
