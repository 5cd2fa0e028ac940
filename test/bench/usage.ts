import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time that a process has used so far with all its threads, in milliseconds; NaN where the system has no
 * /proc. Taken from the scheduler, which counts nanoseconds: the ticks of /proc/<pid>/stat are too coarse.
 */
export function cpuTime(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map(
        (thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
      )
      .reduce((sum, milliseconds) => sum + milliseconds, 0);
  } catch {
    return Number.NaN;
  }
}

/** Memory that a process holds now, in MiB; NaN where the system has no /proc. */
export function memory(pid: number): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
