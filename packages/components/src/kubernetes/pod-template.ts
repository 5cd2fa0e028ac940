import type { Egress } from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import { type Input, Output } from '@pulumi/pulumi';
import { refuse } from '../errors.ts';
import { fields, native, textMap } from '../schema.ts';
import { restrictedContainer } from './pod-security.ts';

type Container = k8s.types.input.core.v1.Container;
type PodSpec = k8s.types.input.core.v1.PodSpec;

/** A pod template whose parts are plain lists and objects, so that it can be merged. */
export interface PodTemplate {
  readonly metadata: {
    readonly labels: Readonly<Record<string, Input<string>>>;
    readonly annotations?: Readonly<Record<string, Input<string>>>;
  };
  readonly spec: Omit<PodSpec, 'initContainers'> & {
    readonly containers: Container[];
    readonly initContainers?: Container[];
  };
}

/**
 * A person's overrides of a pod template.
 *
 * @example
 * const overrides: PodTemplateOverrides = {
 *   metadata: { labels: { team: 'platform' }, annotations: { 'example.com/scan': 'true' } },
 *   spec: {
 *     nodeSelector: { pool: 'agents' },
 *     containers: [{ name: 'server', env: [{ name: 'LOG_LEVEL', value: 'debug' }] }],
 *     initContainers: [{ name: 'warm', image: 'registry.example.com/warm@sha256:6b86…' }],
 *   },
 * };
 */
export interface PodTemplateOverrides {
  /** More labels and annotations of the pods; the selector's labels stay. Default: none. */
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, Input<string>>>;
    readonly annotations?: Readonly<Record<string, Input<string>>>;
  };
  /** Fields of the pods, with containers by their `name`; `hostNetwork` is refused. Default: none. */
  readonly spec?: Partial<Omit<PodSpec, 'containers' | 'initContainers'>> & {
    readonly containers?: readonly (Partial<Container> & { readonly name: string })[];
    readonly initContainers?: readonly Container[];
  };
}

/** The resources of an added container that names none. */
const defaultResources = {
  requests: { cpu: '10m', memory: '32Mi' },
  limits: { cpu: '500m', memory: '128Mi' },
};

/**
 * Applies overrides to a pod template. Objects are merged. Lists are merged by the `name` of their items (mounts by
 * their `mountPath`). Everything else is replaced. The selector's labels stay. Added containers and init containers are
 * restricted and limited, except where they say otherwise.
 */
export function overridePodTemplate(
  template: PodTemplate,
  overrides: PodTemplateOverrides | undefined,
  selector: Readonly<Record<string, string>>,
): PodTemplate {
  if (overrides === undefined) return template;
  const { metadata, spec } = merge(template, overrides) as PodTemplate;
  const { containers, initContainers } = spec;
  return {
    metadata: { ...metadata, labels: { ...metadata.labels, ...selector } },
    spec: {
      ...spec,
      containers: containers.map(complete),
      ...(initContainers !== undefined && { initContainers: initContainers.map(complete) }),
    },
  };
}

/** @throws RunError for pods in the node's network, where no network policy applies. */
export function checkPodTemplate(who: string, overrides: PodTemplateOverrides | undefined): void {
  const { hostNetwork = false } = overrides?.spec ?? {};
  if (hostNetwork === false) return;
  refuse(
    who,
    'podTemplate.spec.hostNetwork',
    "puts the pods into the node's network, where no network policy applies and the metadata address is reachable; remove it.",
  );
}

function complete(container: Container): Container {
  const securityContext = merge(
    restrictedContainer,
    container.securityContext,
  ) as Container['securityContext'];
  return { resources: defaultResources, ...container, securityContext };
}

function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (Array.isArray(base) && Array.isArray(over)) return mergeLists(base, over);
  if (!isPlain(base) || !isPlain(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(base[key], over[key])]));
}

function mergeLists(base: readonly unknown[], over: readonly unknown[]): unknown[] {
  const all = [...base, ...over];
  if (!all.every((item) => keyOf(item) !== undefined)) return [...over];
  const merged = new Map<string, unknown>();
  for (const item of all) {
    const key = keyOf(item) as string;
    merged.set(key, merged.has(key) ? merge(merged.get(key), item) : item);
  }
  return [...merged.values()];
}

function keyOf(item: unknown): string | undefined {
  if (!isPlain(item)) return undefined;
  const key = item.mountPath ?? item.name;
  return typeof key === 'string' ? key : undefined;
}

/** Whether a value can be merged: not a list, a promise or an output. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Promise) &&
    !Output.isInstance(value)
  );
}

/**
 * CPU and memory.
 *
 * @example
 * const resources: Resources = {
 *   requests: { cpu: '100m', memory: '256Mi' },
 *   limits: { cpu: '1', memory: '1Gi' },
 * };
 */
export interface Resources {
  /** What the node reserves. Default: as the field says that takes this. */
  readonly requests?: Readonly<Record<string, Input<string>>>;
  /** The most that the container gets. Default: as the field says that takes this. */
  readonly limits?: Readonly<Record<string, Input<string>>>;
}

/**
 * What brings secrets into a server's pods, in addition to its definition. It never contains a secret's value.
 *
 * @example
 * const additions: PodAdditions = {
 *   env: [{ name: 'GITHUB_TOKEN', valueFrom: { secretKeyRef: { name: 'github', key: 'token' } } }],
 *   volumes: [{ name: 'secrets', secret: { secretName: 'github' } }],
 *   volumeMounts: [{ name: 'secrets', mountPath: '/secrets', readOnly: true }],
 *   annotations: { 'vault.hashicorp.com/agent-inject': 'true' },
 *   egress: [{ service: 'vault', namespace: 'vault', port: 8200 }],
 * };
 */
export interface PodAdditions {
  /** Variables of the server's container, as references to Secrets. Default: none. */
  readonly env?: readonly k8s.types.input.core.v1.EnvVar[];
  /** Volumes of the pods. Default: none. */
  readonly volumes?: readonly k8s.types.input.core.v1.Volume[];
  /** Mounts of the server's container. Default: none. */
  readonly volumeMounts?: readonly k8s.types.input.core.v1.VolumeMount[];
  /** Annotations of the pods. Default: none. */
  readonly annotations?: Readonly<Record<string, Input<string>>>;
  /** Destinations that the added parts connect to, perhaps by a URL. Default: nowhere. */
  readonly egress?: readonly (Egress | { readonly url: Input<string> })[];
}

export const resourcesSchema = fields<Resources>({
  requests: textMap.optional(),
  limits: textMap.optional(),
});

/** Only what Lockstep reads; the cluster checks the rest. */
export const podTemplateSchema = fields<PodTemplateOverrides>({
  metadata: fields<NonNullable<PodTemplateOverrides['metadata']>>({
    labels: textMap.optional(),
    annotations: textMap.optional(),
  }).optional(),
  spec: native.optional(),
});

export const podAdditionsSchema = fields<PodAdditions>({
  env: native.optional(),
  volumes: native.optional(),
  volumeMounts: native.optional(),
  annotations: textMap.optional(),
  egress: native.optional(),
});
