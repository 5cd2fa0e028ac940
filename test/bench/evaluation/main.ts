// Measures what our components cost a Pulumi program with a hundred servers in three environments, compared with a
// plain program that registers the same resources; and what counting resources costs `lockstep plan` of our own stacks.
// They take turns, each in its own process. Slow figures don't fail.
//
//   npm run bench:evaluation [-- --rounds N]
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Taken } from './child.ts';
import { timePlan } from './plan.ts';

/** Our program may take at most this many times as much as a plain one. */
const limit = 1.3;
/** A plan with resources may take at most this many times as long as one without. */
const planLimit = 2.2;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const folder = mkdtempSync(join(tmpdir(), 'lockstep-evaluation-'));
const file = join(folder, 'resources.json');

function evaluate(...args: string[]): Promise<Taken> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'child.ts'), args);
    child.once('message', (taken) => resolve(taken as Taken));
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with code ${code}`)));
  });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

const { resources } = await evaluate('components', file);
console.log(`${resources} Kubernetes objects of 100 servers in 3 environments`);
const rounds: { ours: Taken; plain: Taken }[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const plain = await evaluate('plain', file);
  const ours = await evaluate('components');
  if (plain.resources !== ours.resources) throw new Error("The two programs don't register the same.");
  rounds.push({ ours, plain });
}
rmSync(folder, { recursive: true });

for (const [what, unit] of [
  ['milliseconds', 'ms'],
  ['memory', 'MiB'],
] as const) {
  const ratio = median(rounds.map(({ ours, plain }) => ours[what] / plain[what]));
  const of = (which: 'ours' | 'plain') => median(rounds.map((round) => round[which][what])).toFixed(0);
  const verdict = ratio <= limit ? 'pass' : 'MISS';
  console.log(
    `${verdict}  ${what === 'memory' ? 'memory' : 'time'}: ${of('ours')} ${unit}, plain ${of('plain')} ${unit}, ${ratio.toFixed(2)} times (limit ${limit})`,
  );
}

const plans: { counted: number; plain: number }[] = [];
await timePlan(); // Node keeps what it compiles.
for (let round = 0; round < Number(values.rounds); round++) {
  plans.push({ plain: await timePlan('--no-resources'), counted: await timePlan() });
}
const planRatio = median(plans.map(({ counted, plain }) => counted / plain));
const planOf = (which: 'counted' | 'plain') => median(plans.map((round) => round[which])).toFixed(0);
console.log(
  `${planRatio <= planLimit ? 'pass' : 'MISS'}  plan: ${planOf('counted')} ms, without resources ${planOf('plain')} ms, ${planRatio.toFixed(2)} times (limit ${planLimit})`,
);
