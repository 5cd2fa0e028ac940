import {
  bridgeKeyFile,
  packageAnnotation,
  podFolders,
  probePaths,
  type ServerDefinition,
} from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import type { Input } from '@pulumi/pulumi';
import { spreadOver } from '../kubernetes/availability.ts';
import type { ObjectMetadata } from '../kubernetes/labels.ts';
import { restrictedContainer, restrictedPod } from '../kubernetes/pod-security.ts';
import { podSettingsSpec } from '../kubernetes/pod-settings.ts';
import { overridePodTemplate, type PodTemplate, type Resources } from '../kubernetes/pod-template.ts';
import { stateVolume, temporaryVolume } from '../kubernetes/volumes.ts';
import type { InstallPlan } from './package-install.ts';
import type { McpServerArgs } from './server-args.ts';
import type { Runtime } from './server-runtime.ts';

/** The names of one server's objects, and how to find its pods. */
export interface ServerObjectNames {
  /** Of its workload, Service, ServiceAccount and policies. */
  readonly metadata: ObjectMetadata;
  readonly selector: Readonly<Record<string, string>>;
}

/** What a server's pods need besides its settings. */
interface ServerPodParts extends ServerObjectNames {
  readonly image: Input<string>;
  /** Absent if the package is in the image. */
  readonly install: InstallPlan | undefined;
}

type Volume = k8s.types.input.core.v1.Volume;

/** How long a pod may take to end, in seconds. Draining a node waits for it. */
const maxGraceSeconds = 300;

/** The pods of a server: restricted, without a service-account token, and with time to finish a call. */
export function serverPod(
  args: McpServerArgs,
  definition: ServerDefinition,
  runtime: Runtime,
  { metadata: { name, labels }, selector, image, install }: ServerPodParts,
): PodTemplate {
  const annotations = {
    ...args.pod?.annotations,
    ...(install === undefined ? {} : { [packageAnnotation]: install.note }),
  };
  const template: PodTemplate = {
    metadata: {
      labels: { ...args.labels, ...labels },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      ...podSettingsSpec(args),
      serviceAccountName: name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: restrictedPod,
      terminationGracePeriodSeconds: Math.min(
        maxGraceSeconds,
        drainSeconds + Math.ceil(definition.timeouts.call) + 5,
      ),
      topologySpreadConstraints: spreadOver(selector),
      ...(install === undefined ? {} : { initContainers: [install.container] }),
      containers: [serverContainer(args, definition, runtime, { image, install })],
      volumes: [...volumesOf(args, runtime), ...(install?.volumes ?? [])],
    },
  };
  return overridePodTemplate(template, args.podTemplate, selector);
}

function volumesOf({ data, keysSecret, volumes = [], pod }: McpServerArgs, { bridge }: Runtime): Volume[] {
  return [
    temporaryVolume,
    // A new volume comes from the StatefulSet's claim template, under the same name.
    ...(data === undefined || 'existingClaim' in data ? [stateVolume(data)] : []),
    ...(bridge && keysSecret !== undefined ? [bridgeKey(keysSecret)] : []),
    ...volumes.map(({ name, source }) => ({ name, ...source })),
    ...(pod?.volumes ?? []),
  ];
}

/** Gives a bridge the only one of the gateway's keys that it must know. */
function bridgeKey(secretName: Input<string>): Volume {
  const items = [{ key: bridgeKeyFile, path: bridgeKeyFile }];
  return { name: 'bridge-key', secret: { secretName, defaultMode: 0o440, items } };
}

type Container = k8s.types.input.core.v1.Container;

type Probe = k8s.types.input.core.v1.Probe;

/** How long a pod keeps answering while Services remove it, in seconds. The image needs no shell for this. */
const drainSeconds = 5;

/** The only container of a server's pod. */
function serverContainer(
  args: McpServerArgs,
  definition: ServerDefinition,
  runtime: Runtime,
  { image, install }: Pick<ServerPodParts, 'image' | 'install'>,
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
      { name: 'tmp', mountPath: podFolders.temporary },
      { name: 'state', mountPath: podFolders.state },
      ...(install === undefined ? [] : [install.mount]),
      ...(runtime.bridge ? [{ name: 'bridge-key', mountPath: podFolders.bridgeKey, readOnly: true }] : []),
      ...volumes.map(({ name, mountPath, readOnly = true }) => ({ name, mountPath, readOnly })),
      ...(pod.volumeMounts ?? []),
    ],
  };
}

function probes(
  definition: ServerDefinition,
  { bridge, port }: Runtime,
): Pick<Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'> {
  // All that we know about an image is that it listens.
  const ask: Probe = bridge ? { httpGet: { path: probePaths.alive, port } } : { tcpSocket: { port } };
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

/** The memory of a bridge itself, in MiB; we measured about 120. */
const bridgeMemory = 192;

/** The memory of each process of a bridge, in MiB: enough for a small Node or Python server. */
const processMemory = 96;

function defaultResources(definition: ServerDefinition, { bridge }: Runtime): Required<Resources> {
  const processes = definition.isolation === 'shared' ? 1 : definition.processes.max;
  const memory = bridge ? bridgeMemory + processMemory * processes : 512;
  return {
    requests: { cpu: '50m', memory: bridge ? `${bridgeMemory}Mi` : '128Mi' },
    limits: { cpu: '1', memory: `${memory}Mi` },
  };
}
