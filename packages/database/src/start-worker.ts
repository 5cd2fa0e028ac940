import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a thread from a file beside another, named without its extension: from source in development, else compiled.
 *
 * @param beside the other file's `import.meta.url`.
 */
export function startWorker(beside: string, file: string, options: WorkerOptions): Worker {
  const fromSource = beside.endsWith('.ts');
  return new Worker(new URL(`./${file}.${fromSource ? 'ts' : 'js'}`, beside), {
    ...options,
    execArgv: fromSource ? ['--conditions=lockstep-source'] : [],
  });
}
