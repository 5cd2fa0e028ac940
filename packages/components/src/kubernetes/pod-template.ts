import type * as k8s from '@pulumi/kubernetes';
import { Output } from '@pulumi/pulumi';
import { restrictedContainer } from './pod-security.ts';

type Container = k8s.types.input.core.v1.Container;
type PodSpec = k8s.types.input.core.v1.PodSpec;

/** A pod template whose parts are plain lists and objects, so that it can be merged. */
export interface PodTemplate {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: PodSpec & { readonly containers: Container[] };
}

/** What a person lays over a pod template. */
export interface PodTemplateOverrides {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Partial<Omit<PodSpec, 'containers'>> & {
    readonly containers?: readonly (Partial<Container> & { readonly name: string })[];
  };
}

/** What a container gets that says nothing of CPU and memory. */
const defaultResources = {
  requests: { cpu: '10m', memory: '32Mi' },
  limits: { cpu: '500m', memory: '128Mi' },
};

/**
 * Lays overrides over a pod template. Objects are merged; so are lists, by the `name` (mounts: the `mountPath`) of
 * their items; everything else is replaced. The selector’s labels stay, and a container that is added is restricted
 * and limited unless it says otherwise.
 */
export function overridePodTemplate(
  template: PodTemplate,
  overrides: PodTemplateOverrides | undefined,
  selector: Readonly<Record<string, string>>,
): PodTemplate {
  if (overrides === undefined) return template;
  const { metadata, spec } = merge(template, overrides) as PodTemplate;
  return {
    metadata: { ...metadata, labels: { ...metadata.labels, ...selector } },
    spec: { ...spec, containers: spec.containers.map(complete) },
  };
}

function complete(container: Container): Container {
  return { resources: defaultResources, securityContext: restrictedContainer, ...container };
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
