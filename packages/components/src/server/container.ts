import type { ServerDefinition } from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import { paths } from '../kubernetes/constants.ts';
import { restrictedContainer } from '../kubernetes/pod-security.ts';
import type { McpServerArgs, Resources } from './args.ts';
import type { Runtime } from './runtime.ts';

type Container = k8s.types.input.core.v1.Container;
type Probe = k8s.types.input.core.v1.Probe;

/** How long a pod goes on answering while Services forget it, in seconds. No shell is needed for it. */
export const drainSeconds = 5;

/** The one container of a server's pod. */
export function serverContainer(
  args: McpServerArgs,
  definition: ServerDefinition,
  runtime: Runtime,
  image: string,
): Container {
  const { env = {}, pod = {}, volumes = [] } = args;
  return {
    name: 'server',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: [...runtime.args],
    env: [
      ...Object.entries({ ...runtime.env, ...env }).map(([name, value]) => ({ name, value })),
      ...(pod.env ?? []),
    ],
    ports: [{ name: 'http', containerPort: runtime.port }],
    ...probes(definition, runtime),
    lifecycle: { preStop: { sleep: { seconds: drainSeconds } } },
    resources: { ...defaultResources(definition, runtime), ...args.resources },
    securityContext: restrictedContainer,
    volumeMounts: [
      { name: 'tmp', mountPath: paths.temporary },
      { name: 'state', mountPath: paths.state },
      ...(runtime.bridge ? [{ name: 'bridge-key', mountPath: paths.bridgeKey, readOnly: true }] : []),
      ...volumes.map(({ name, mountPath, readOnly = true }) => ({ name, mountPath, readOnly })),
      ...(pod.volumeMounts ?? []),
    ],
  };
}

function probes(
  definition: ServerDefinition,
  { bridge, port }: Runtime,
): Pick<Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'> {
  // Of an image nothing is known but that it listens.
  const ask: Probe = bridge ? { httpGet: { path: '/healthz', port } } : { tcpSocket: { port } };
  const period = 2;
  return {
    startupProbe: {
      ...ask,
      periodSeconds: period,
      failureThreshold: Math.ceil(definition.timeouts.start / period),
    },
    readinessProbe: { ...ask, periodSeconds: 5 },
    livenessProbe: { ...ask, periodSeconds: 10, timeoutSeconds: 5 },
  };
}

/** What a bridge takes by itself, in MiB: some 120, measured. */
const bridgeMemory = 192;
/** What one more process of a bridge may take, in MiB: a small Node or Python server. */
const processMemory = 96;

function defaultResources(definition: ServerDefinition, { bridge }: Runtime): Required<Resources> {
  const processes = definition.isolation === 'shared' ? 1 : definition.processes.max;
  const memory = bridge ? bridgeMemory + processMemory * processes : 512;
  return {
    requests: { cpu: '50m', memory: bridge ? `${bridgeMemory}Mi` : '128Mi' },
    limits: { cpu: '1', memory: `${memory}Mi` },
  };
}
