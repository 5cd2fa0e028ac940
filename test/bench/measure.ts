import type { Child } from './child.ts';
import type { Measured, Run } from './load.ts';
import { cpuTime } from './usage.ts';

/** One run: what the load saw, and what each process spent. */
export interface Sample extends Measured {
  /** Calls per second. */
  throughput: number;
  /** Milliseconds of CPU per call, by process. */
  cpu: Record<string, number>;
}

/** Makes one run, and reads the clocks of the processes before and after it. */
export async function measure(load: Child, run: Run, processes: Record<string, Child>): Promise<Sample> {
  await load.ask(run);
  const clocks = (): [string, number][] =>
    Object.entries({ ...processes, load }).map(([name, { pid }]) => [name, cpuTime(pid)]);
  const before = new Map(clocks());
  const measured = (await load.ask('go')) as Measured;
  const cpu = clocks().map(([name, after]) => [name, (after - (before.get(name) ?? 0)) / run.count]);
  return { ...measured, throughput: run.count / measured.seconds, cpu: Object.fromEntries(cpu) };
}

/** The median of some numbers, which one disturbed run doesn't move. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? upper)) / 2;
}
