import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time that a process and all its threads have used so far, in milliseconds; NaN on systems without /proc. It comes
 * from the scheduler, which counts nanoseconds, since the ticks of /proc/<pid>/stat are too coarse.
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

/** Memory that a process uses now, in MiB; NaN on systems without /proc. */
export function memory(pid: number): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
