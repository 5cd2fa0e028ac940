import { defineEnvironments, defineServers, type EnvironmentInput } from '@lockstep/model';
import {
  type AccessClass,
  definitionDigest,
  makeBundle,
  packBundle,
  type Release,
  volumeFiles,
} from '@lockstep/model/internal';
import type { Guardrail } from './guardrail.ts';
import { type KubernetesObject, objectOf, shown } from './kubernetes/object.ts';

/** A reference to an image that was pushed. */
export const image = `registry.example.com/lockstep@sha256:${'a'.repeat(64)}`;

/** A release with a tool of each class. */
function releaseOf(tools: Readonly<Record<string, AccessClass>>): Release {
  const locked = Object.entries(tools).map(([name, accessClass]) => {
    const definition = { name, inputSchema: { type: 'object' } };
    const digest = definitionDigest(definition, 'tools', name, []);
    return [
      name,
      { definition, digest, class: accessClass, classFrom: 'person', reviewed: true } as const,
    ] as const;
  });
  return {
    source: { type: 'npm', package: '@example/files', version: '1.0.0', bin: 'index.js', lockfile: {} },
    serverInfo: { name: 'example', version: '1.0.0' },
    instructions: null,
    tools: Object.fromEntries(locked),
    prompts: {},
    resourceTemplates: {},
    resources: false,
    completions: false,
    ignore: [],
  };
}

type Part = 'gateway' | 'server';
type Fields = Record<string, unknown>;

const selectors: Readonly<Record<Part, Readonly<Record<string, string>>>> = {
  gateway: { 'app.kubernetes.io/name': 'lockstep-gateway', 'app.kubernetes.io/instance': 'live' },
  server: { 'app.kubernetes.io/name': 'mcp-server', 'lockstep.dev/server': 'files' },
};

function metadataOf(part: Part, name: string): Fields {
  const labels = {
    ...selectors[part],
    'app.kubernetes.io/component': part,
    'app.kubernetes.io/part-of': 'lockstep',
    'lockstep.dev/environment': 'live',
  };
  return { name, namespace: 'mcp', labels };
}

function deployment(part: Part, name: string): [string, Fields] {
  const metadata = metadataOf(part, name);
  const template = { metadata, spec: { containers: [{ name: part, image }] } };
  return ['apps/v1:Deployment', { metadata, spec: { template } }];
}

function policy(part: Part, name: string, from: unknown, to: unknown): [string, Fields] {
  const spec = {
    podSelector: { matchLabels: selectors[part] },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [from] }],
    egress: [{ to: [to] }],
  };
  return ['networking.k8s.io/v1:NetworkPolicy', { metadata: metadataOf(part, name), spec }];
}

function service(part: Part, name: string): [string, Fields] {
  return ['core/v1:Service', { metadata: metadataOf(part, name), spec: { selector: selectors[part] } }];
}

function configMaps(given: Partial<EnvironmentInput>): [string, Fields][] {
  const { live } = defineEnvironments({
    servers: defineServers({ files: { run: { npm: '@example/files' } } }),
    lock: {
      lockVersion: 1,
      servers: {
        files: { releases: { '1': releaseOf({ look: 'read', save: 'write', wipe: 'destructive' }) } },
      },
    },
    environments: { live: { profile: 'prod', releases: { files: '1' }, ...given } },
  });
  const { config, tables, releases } = packBundle(makeBundle(live));
  const deployed = {
    deploymentVersion: 1,
    servers: { files: { url: 'http://mcp-files.mcp.svc:8080/mcp', bridge: true } },
    archive: { bucket: 'acme-mcp-audit', region: 'eu-west-1' },
  };
  const parts = [
    ['config', { data: { ...config, [volumeFiles.deployment]: JSON.stringify(deployed) } }],
    ...tables.map((data, shard) => [`table-${shard}`, { data }] as const),
    ...releases.map((binaryData, shard) => [`release-${shard}`, { binaryData }] as const),
  ] as const;
  return parts.map(([part, content]) => [
    'core/v1:ConfigMap',
    { metadata: metadataOf('gateway', `lockstep-gateway-${part}`), ...content },
  ]);
}

/**
 * What a program makes that keeps to all guardrails: the environment `live`, in prod, with the server `files`, which offers
 * `look`, `save` and `wipe`.
 */
export function world(given: Partial<EnvironmentInput> = {}): KubernetesObject[] {
  const pods = (labels: unknown) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'mcp' } },
    podSelector: { matchLabels: labels },
  });
  const resources = [
    deployment('gateway', 'lockstep-gateway'),
    deployment('server', 'mcp-files'),
    policy('gateway', 'lockstep-gateway', { ipBlock: { cidr: '10.1.0.0/16' } }, pods(selectors.server)),
    policy('server', 'mcp-files', pods(selectors.gateway), { ipBlock: { cidr: '10.2.0.0/16' } }),
    service('gateway', 'lockstep-gateway'),
    service('server', 'mcp-files'),
    ...configMaps(given),
  ];
  return resources.map(([type, fields]) => object(type, fields));
}

/** An object of a type such as `apps/v1:Deployment`. */
export function object(type: string, fields: Fields): KubernetesObject {
  const { name } = fields.metadata as { name: string };
  const made = objectOf(`kubernetes:${type}`, `urn:pulumi:live::acme::kubernetes:${type}::${name}`, fields);
  if (made === undefined) throw new Error(`${type} is no type of Kubernetes`);
  return made;
}

/** The same objects, one of them changed. */
export function changed(
  objects: readonly KubernetesObject[],
  name: string,
  // biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
  change: (fields: any) => void,
): KubernetesObject[] {
  const found = objects.find((one) => shown(one) === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return objects.map((one) => {
    if (one !== found) return one;
    const fields = structuredClone(one.fields);
    change(fields);
    return { ...one, fields };
  });
}

/** What a guardrail says about objects. */
export function messages(
  guardrail: Guardrail,
  objects: readonly KubernetesObject[],
  settings: Readonly<Record<string, unknown>> = {},
): string[] {
  const found =
    'checkObject' in guardrail
      ? objects.flatMap(guardrail.checkObject)
      : guardrail.checkStack(objects, settings);
  return found.map(({ message }) => message);
}
