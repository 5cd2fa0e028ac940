import { execFile } from 'node:child_process';
import { createdTokenSchema, type NewToken, problemSchema } from '@lockstep/model/admin';
import { gatewayWorkload, podProgram, visible } from '@lockstep/model/internal';
import { z } from 'zod';
import type { CommandContext } from '../kernel/context.ts';
import { codeOf, Failure } from '../kernel/failure.ts';

/** A namespace of a cluster, and whose gateway in it. */
export interface Place {
  /** A context of the kubeconfig. */
  readonly context: string;
  readonly namespace: string;
  /** The environment, where gateways of several run in the namespace. */
  readonly environment: string | undefined;
}

/** Seconds for kubectl to answer. */
const timeoutSeconds = 60;

/**
 * Reads `<context>/<namespace>`. A context's name may have slashes of its own, as those of EKS do.
 *
 * @throws Failure when one of them is missing.
 */
export function parsePlace(text: string, environment: string | undefined): Place {
  const { context, namespace } = /^(?<context>.+)\/(?<namespace>[^/]+)$/.exec(text)?.groups ?? {};
  if (context !== undefined && namespace !== undefined) return { context, namespace, environment };
  throw new Failure(
    `--in ${text} must be a context of your kubeconfig and a namespace, such as kind-mcp/mcp-dev.`,
  );
}

/**
 * Has a gateway in a cluster create an agent's token: executes the gateway's own program in its pod, which asks the
 * gateway on its socket. The request and the token travel on the streams of `kubectl exec`, never as arguments.
 *
 * @throws Failure when kubectl, the pod or the gateway can't or won't do it.
 */
export async function createTokenIn(
  place: Place,
  wish: NewToken,
  context: CommandContext,
): Promise<z.output<typeof createdTokenSchema>> {
  const pod = await findPod(place, context);
  const exec = ['exec', '--stdin', pod, '--container', gatewayWorkload.container, '--'];
  const printed = await kubectl(place, [...exec, ...podProgram, 'token'], context, JSON.stringify(wish));
  const { status, body } = parsed(answerSchema, printed, place);
  if (status < 300) return parsed(createdTokenSchema, JSON.stringify(body), place);
  throw new Failure(parsed(problemSchema, JSON.stringify(body), place).error);
}

const answerSchema = z.object({ status: z.int(), body: z.unknown() });

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        labels: z.record(z.string(), z.string()).default({}),
        deletionTimestamp: z.string().optional(),
      }),
      status: z.object({
        containerStatuses: z.array(z.object({ name: z.string(), ready: z.boolean() })).default([]),
      }),
    }),
  ),
});

/** The name of the gateway's pod. */
async function findPod(place: Place, context: CommandContext): Promise<string> {
  const selector = `${gatewayWorkload.label}=${gatewayWorkload.name}`;
  const listed = await kubectl(place, ['get', 'pods', '--selector', selector, '--output', 'json'], context);
  const pods = parsed(podsSchema, listed, place).items.filter(
    ({ metadata: { labels, deletionTimestamp } }) =>
      deletionTimestamp === undefined &&
      (place.environment === undefined || labels[gatewayWorkload.environmentLabel] === place.environment),
  );
  const environments = pods.map(({ metadata }) => metadata.labels[gatewayWorkload.environmentLabel] ?? '?');
  const distinct = [...new Set(environments)];
  if (distinct.length > 1)
    throw failure(place, `has gateways of ${distinct.map(visible).join(', ')}; choose one with --env.`);
  if (pods.length === 0) {
    const whose = place.environment === undefined ? '' : ` of ${place.environment}`;
    throw failure(place, `has no gateway's pod${whose}; deploy it, or check both names.`);
  }
  const ready = pods.find(({ status }) =>
    status.containerStatuses.some(({ name, ready }) => name === gatewayWorkload.container && ready),
  );
  if (ready !== undefined) return ready.metadata.name;
  throw failure(
    place,
    `has the gateway's pod ${pods[0]?.metadata.name}, which isn't ready; see \`kubectl describe pod\` and wait.`,
  );
}

function parsed<T extends z.ZodType>(schema: T, text: string, place: Place): z.output<T> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const sentence = failure(place, 'answered something unknown; use the same version of both.');
    throw new Failure(sentence.message, { cause: error });
  }
}

function failure({ context, namespace }: Place, what: string): Failure {
  return new Failure(`the namespace ${namespace} of ${context} ${what}`);
}

function kubectl(
  place: Place,
  args: readonly string[],
  { cwd, env }: CommandContext,
  input = '',
): Promise<string> {
  const argv = ['--context', place.context, '--namespace', place.namespace, ...args];
  return new Promise((resolve, reject) => {
    const options = { cwd, env, timeout: timeoutSeconds * 1000, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile('kubectl', argv, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const late = error.killed ? `it gave no answer for ${timeoutSeconds} s` : '';
      reject(new Failure(whyNot(place, codeOf(error), late || stderr), { cause: error }));
    });
    child.stdin?.on('error', () => {
      // It ended before it read; its own words say why.
    });
    child.stdin?.end(input);
  });
}

/** What kept kubectl from it, in one sentence. */
function whyNot({ context, namespace }: Place, code: string | undefined, stderr: string): string {
  if (code === 'ENOENT') {
    return "kubectl isn't installed, and --in needs it; install it, or make the token with --offline.";
  }
  const logged = fatalIn(stderr);
  if (logged !== undefined) return logged;
  const lines = stderr
    .split('\n')
    .filter(
      (line) => line.trim() !== '' && !/^(command terminated|Defaulted container|[EWI]\d{4} )/.test(line),
    );
  const words = visible((lines.at(-1) ?? 'it gave no reason').replace(/^error: /i, '').replace(/\.$/, ''));
  if (/^context .* does not exist$|context was not found/.test(words))
    return `kubectl knows no context ${context}; \`kubectl config get-contexts\` lists those that it knows.`;
  const forbidden = /\(Forbidden\): (.*)$/.exec(words)?.[1];
  if (forbidden !== undefined)
    return `you may not do that in ${namespace} of ${context} (${forbidden}); ask for the rights to list pods and to create pods/exec there.`;
  return `kubectl can't reach the gateway in ${namespace} of ${context}: ${words}.`;
}

/** What the program in the pod logged before it gave up. */
function fatalIn(stderr: string): string | undefined {
  for (const line of stderr.split('\n')) {
    try {
      const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown };
      if (level === 'fatal' && typeof msg === 'string') return visible(msg);
    } catch {
      // kubectl's own words.
    }
  }
  return undefined;
}
