import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs kubectl against the test cluster; rejects with kubectl's output. */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run('kubectl', args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Parses what kubectl prints with `-o json`. */
export async function get<T>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl('get', ...args, '-o', 'json')) as T;
}

/**
 * Applies objects on the server, strictly: the server refuses a field that it doesn't know. `prune` deletes objects
 * that an earlier apply of this set had and this one hasn't.
 */
export async function apply(objects: string | { readonly folder: string }): Promise<string> {
  const flags = ['apply', '--server-side', '--force-conflicts', '--validate=strict'];
  if (typeof objects !== 'string') return kubectl(...flags, '--kustomize', objects.folder);
  return new Promise((resolve, reject) => {
    const child = spawn('kubectl', [...flags, '-f', '-'], { stdio: ['pipe', 'pipe', 'pipe'] });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
    child.on('close', (code) =>
      code === 0 ? resolve(said.join('')) : reject(new Error(`kubectl apply: ${said.join('')}`)),
    );
    child.stdin.end(objects);
  });
}

/** Waits until the pods of a workload have been replaced and are ready. */
export async function rolledOut(namespace: string, workload: string, seconds = 120): Promise<void> {
  await kubectl('--namespace', namespace, 'rollout', 'status', workload, `--timeout=${seconds}s`);
}

interface Pods {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string;
      readonly uid: string;
      readonly labels: Record<string, string>;
    };
    readonly status: {
      readonly phase: string;
      readonly containerStatuses?: readonly { readonly restartCount: number }[];
    };
  }[];
}

/** A value for each pod of a namespace, by name, that changes when the pod is replaced or restarted. */
export async function podIdentities(namespace: string, selector = ''): Promise<Record<string, string>> {
  const { items } = await get<Pods>('pods', '--namespace', namespace, `--selector=${selector}`);
  return Object.fromEntries(
    items.map(({ metadata, status }) => [
      metadata.name,
      `${metadata.uid} restarted ${(status.containerStatuses ?? []).map((one) => one.restartCount).join()}`,
    ]),
  );
}

/** Repeats `work` until it returns something; in the end, throws its last error. */
export async function eventually<T>(seconds: number, work: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (let last: unknown; ; ) {
    try {
      const found = await work();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline)
      throw new Error(`It did not come within ${seconds} s: ${String(last ?? 'nothing')}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
