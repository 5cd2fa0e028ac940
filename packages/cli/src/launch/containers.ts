import { createHash } from 'node:crypto';
import type { Launch } from '@lockstep/gateway';
import { sentenceOf } from '../kernel/failure.ts';
import { runTool } from '../packages/tool.ts';

/** An image and how its container is run. */
export interface ContainerRun {
  readonly reference: string;
  readonly digest: string;
  readonly port: number;
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files of the host that it can read, and where. Default: none. */
  readonly files?: readonly { readonly from: string; readonly to: string }[];
  /** Values of secrets among these. Default: none. */
  readonly hidden?: readonly string[];
}

/** Containers of one environment, run with podman or docker where one of them works. */
export interface Containers {
  /** Starts a container that answers on a port of loopback, or says why it can't; one that runs already stays. */
  launch(server: string, run: ContainerRun): Promise<Launch>;
  /** Fetches an image and tells the digest that its reference stands for now. */
  resolve(reference: string): Promise<{ digest: string } | { reason: string }>;
  /** Stops all that were started. */
  close(): Promise<void>;
}

const label = 'lockstep.owner';

/** @param owner the folder of whoever runs them: what an earlier run on it left behind is removed first. */
export function createContainers(owner: string): Containers {
  const mark = createHash('sha256').update(owner).digest('hex').slice(0, 32);
  const started = new Map<string, { id: string; run: string; url: string }>();
  let engine: Promise<string | undefined> | undefined;

  const ready = () => {
    engine ??= findEngine().then(async (found) => {
      if (found !== undefined) await removeLeftovers(found, mark);
      return found;
    });
    return engine;
  };

  async function stop(command: string, id: string): Promise<void> {
    await runTool(command, ['rm', '--force', id], { purpose: "a container can't be removed" }).catch(
      () => '',
    );
  }

  return {
    async launch(server, run) {
      const command = await ready();
      if (command === undefined) return { type: 'absent', reason: noEngine };
      const running = started.get(server);
      if (running?.run === JSON.stringify(run)) return { type: 'http', url: running.url, ...hiding(run) };
      if (running !== undefined) await stop(command, running.id);
      started.delete(server);
      try {
        const env = { ...process.env, ...run.env };
        const id = (
          await runTool(command, runArguments(mark, run), { env, purpose: "it can't be run" })
        ).trim();
        const address = await runTool(command, ['port', id, `${run.port}/tcp`], {
          purpose: 'it has no port',
        });
        const url = `http://${address.trim().split('\n')[0]}${run.path}`;
        started.set(server, { id, run: JSON.stringify(run), url });
        return { type: 'http', url, ...hiding(run) };
      } catch (error) {
        return { type: 'absent', reason: sentenceOf(error).replace(/\.$/, '') };
      }
    },
    async resolve(reference) {
      const pinned = /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
      if (pinned !== undefined) return { digest: pinned };
      const command = await ready();
      if (command === undefined) return { reason: noEngine };
      await runTool(command, ['pull', '--quiet', reference], {
        purpose: `${command} can't fetch ${reference}`,
      });
      const format = ['image', 'inspect', '--format', '{{index .RepoDigests 0}}', reference];
      const named = await runTool(command, format, { purpose: `${command} can't inspect ${reference}` });
      const digest = /@(sha256:[0-9a-f]{64})/.exec(named)?.[1];
      return digest === undefined
        ? { reason: `${reference} has no digest; push it to a registry` }
        : { digest };
    },
    async close() {
      const command = await engine;
      if (command === undefined) return;
      await Promise.all([...started.values()].map(({ id }) => stop(command, id)));
      started.clear();
    },
  };
}

function hiding({ hidden = [] }: ContainerRun): { hidden?: readonly string[] } {
  return hidden.length === 0 ? {} : { hidden };
}

export const noEngine = 'neither podman nor docker works here';

/** The engine of this host that works, if one does. */
export async function findEngine(signal?: AbortSignal): Promise<string | undefined> {
  // Each asks for the engine itself, not just its client.
  for (const [command, question] of [
    ['podman', ['info']],
    ['docker', ['version', '--format', '{{.Server.Version}}']],
  ] as const) {
    try {
      await runTool(command, question, { purpose: command, ...(signal && { signal }) });
      return command;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

/** A gateway that was killed couldn't stop its containers. */
async function removeLeftovers(command: string, mark: string): Promise<void> {
  const listed = await runTool(command, ['ps', '--all', '--quiet', '--filter', `label=${label}=${mark}`], {
    purpose: "containers can't be listed",
  }).catch(() => '');
  const ids = listed.split(/\s+/).filter((id) => id !== '');
  if (ids.length > 0)
    await runTool(command, ['rm', '--force', ...ids], { purpose: 'leftovers' }).catch(() => '');
}

function runArguments(
  mark: string,
  { reference, digest, port, args, env, files = [] }: ContainerRun,
): string[] {
  const image = `${reference.replace(/@sha256:[0-9a-f]{64}$/, '').replace(/:[^:/]+$/, '')}@${digest}`;
  return [
    ...['run', '--detach', '--rm', '--label', `${label}=${mark}`],
    // Some free port of loopback: nobody else on the network reaches it.
    ...['--publish', `127.0.0.1::${port}`],
    // Names alone: the values come from the tool's own environment, where no list of processes shows them.
    ...Object.keys(env).flatMap((name) => ['--env', name]),
    ...files.flatMap(({ from, to }) => ['--volume', `${from}:${to}:ro`]),
    image,
    ...args,
  ];
}
