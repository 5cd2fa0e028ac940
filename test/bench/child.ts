import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A process that is measured, or that makes the load. */
export interface Child {
  readonly pid: number;
  /** What the child reported when it was ready, usually its URL. */
  readonly ready: Record<string, string>;
  /** Asks the child a question and waits for the answer. */
  ask(question: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Starts a script of this folder as its own process and waits until it is ready. It runs the packages compiled, as
 * they are published: stripping types costs memory that no deployment pays for.
 */
export async function startChild(script: string, args: string[] = []): Promise<Child> {
  const child: ChildProcess = fork(join(import.meta.dirname, script), args, {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const next = async (): Promise<unknown> => {
    const gone = new AbortController();
    const died = once(child, 'exit', { signal: gone.signal }).then(([code]) => {
      throw new Error(`${script} ended with ${code}`);
    });
    try {
      const [message] = await Promise.race([once(child, 'message', { signal: gone.signal }), died]);
      return message;
    } finally {
      died.catch(() => {});
      gone.abort();
    }
  };
  const ready = (await next()) as Record<string, string>;
  return {
    pid: child.pid ?? 0,
    ready,
    ask(question) {
      const answer = next();
      child.send(question as object);
      return answer;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/**
 * The child's side, for a child that serves HTTP: listens on a free port, reports the URL, answers each question with
 * `state()`, and ends when the parent has finished with it.
 */
export function report(server: Server, state: () => unknown = () => null): void {
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.send?.({ url: `http://127.0.0.1:${port}/mcp` });
  });
  process.on('message', () => process.send?.(state() as object));
  process.on('disconnect', () => process.exit(0));
}
