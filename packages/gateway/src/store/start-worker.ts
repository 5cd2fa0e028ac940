import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Starts a thread from a file of this folder, named without its extension: from source in development, else compiled. */
export function startWorker(file: string, options: WorkerOptions): Worker {
  const fromSource = import.meta.url.endsWith('.ts');
  return new Worker(new URL(`./${file}.${fromSource ? 'ts' : 'js'}`, import.meta.url), {
    ...options,
    execArgv: fromSource ? ['--conditions=lockstep-source'] : [],
  });
}
