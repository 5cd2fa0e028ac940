import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a thread from a file, named without its extension: the source in development, else the compiled file.
 *
 * @param beside `import.meta.url` of a file in the same folder.
 */
export function startWorker(beside: string, file: string, options: WorkerOptions): Worker {
  const fromSource = beside.endsWith('.ts');
  return new Worker(new URL(`./${file}.${fromSource ? 'ts' : 'js'}`, beside), {
    ...options,
    execArgv: fromSource ? ['--conditions=lockstep-source'] : [],
  });
}
