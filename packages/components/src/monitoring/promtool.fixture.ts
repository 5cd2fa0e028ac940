import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RuleFile } from './rules.ts';

/** Whether promtool is installed; if not, one line says what to install. */
export function hasPromtool(): boolean {
  const found = spawnSync('promtool', ['--version']).error === undefined;
  if (!found) console.warn('promtool is not on PATH; install Prometheus to run the tests of its rules.');
  return found;
}

/** The input of `promtool test rules`. */
export interface RuleTest {
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test: readonly {
    readonly eval_time: string;
    readonly alertname: string;
    readonly exp_alerts: readonly object[];
  }[];
}

const run = promisify(execFile);

/**
 * Runs promtool on rule files and their tests.
 *
 * @throws Error with promtool's findings.
 */
export async function promtool(files: readonly RuleFile[], tests: readonly RuleTest[] = []): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-rules-'));
  try {
    const names = files.map((_, index) => `rules-${index}.json`);
    for (const [index, file] of files.entries()) {
      await writeFile(join(folder, names[index] ?? ''), JSON.stringify(file));
    }
    await check(folder, ['check', 'rules', ...names]);
    if (tests.length === 0) return;
    await writeFile(join(folder, 'tests.json'), JSON.stringify({ rule_files: names, tests }));
    await check(folder, ['test', 'rules', 'tests.json']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function check(cwd: string, args: string[]): Promise<void> {
  await run('promtool', args, { cwd }).catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`${error.stdout}${error.stderr}`);
  });
}
