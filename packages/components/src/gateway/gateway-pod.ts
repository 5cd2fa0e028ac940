import {
  gatewayWorkload,
  podFolders,
  podPorts,
  podVariables,
  probePaths,
  vaultTokenFile,
} from '@lockstep/model/internal';
import type * as k8s from '@pulumi/kubernetes';
import type { Input } from '@pulumi/pulumi';
import type { ObjectMetadata } from '../kubernetes/labels.ts';
import { restrictedContainer, restrictedPod } from '../kubernetes/pod-security.ts';
import { podSettingsSpec } from '../kubernetes/pod-settings.ts';
import { overridePodTemplate, type PodTemplate } from '../kubernetes/pod-template.ts';
import { stateVolume, temporaryVolume } from '../kubernetes/volumes.ts';
import type { BundlePlan } from './bundle-config-maps.ts';
import type { McpGatewayArgs } from './gateway-args.ts';

type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

/** How long the pod keeps answering while Services remove it; the gateway then drains for ten more seconds. */
const drainSeconds = 5;

/** How long a service-account token for Vault is valid, in seconds; the kubelet renews it in time. */
const vaultTokenSeconds = 3600;

/** What the gateway's pod needs besides its settings. */
interface GatewayPodParts {
  readonly image: Input<string>;
  readonly metadata: ObjectMetadata;
  readonly keysSecret: Input<string>;
  readonly selector: Readonly<Record<string, string>>;
  readonly bundle: BundlePlan;
  /** The claim of the volume that keeps approvals and audit. */
  readonly claim: Input<string>;
  /** Host names that it answers to, with commas; the first one is a URL. */
  readonly allowedHosts: Input<string>;
}

/** The gateway's only pod. Nothing in it depends on permissions, so a new bundle restarts nothing. */
export function gatewayPod(args: McpGatewayArgs, parts: GatewayPodParts): PodTemplate {
  const { podAnnotations = {} } = args;
  const { metadata } = parts;
  const template: PodTemplate = {
    metadata: {
      labels: { ...args.labels, ...metadata.labels },
      ...(hasAny(podAnnotations) ? { annotations: podAnnotations } : {}),
    },
    spec: {
      ...podSettingsSpec(args),
      serviceAccountName: metadata.name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: restrictedPod,
      terminationGracePeriodSeconds: 30,
      containers: [container(args, parts)],
      volumes: volumesOf(args, parts),
    },
  };
  return overridePodTemplate(template, args.podTemplate, parts.selector);
}

function hasAny(record: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(record).length > 0;
}

function container(
  args: McpGatewayArgs,
  { image, allowedHosts }: GatewayPodParts,
): k8s.types.input.core.v1.Container {
  const { logLevel = 'info', resources } = args;
  return {
    name: gatewayWorkload.container,
    image,
    imagePullPolicy: 'IfNotPresent',
    args: ['serve'],
    env: [
      { name: podVariables.allowedHosts, value: allowedHosts },
      { name: podVariables.logLevel, value: logLevel },
    ],
    ports: [
      { name: 'http', containerPort: podPorts.gateway },
      { name: 'metrics', containerPort: podPorts.metrics },
    ],
    startupProbe: {
      httpGet: { path: probePaths.alive, port: podPorts.gateway },
      periodSeconds: 2,
      failureThreshold: 30,
    },
    readinessProbe: { httpGet: { path: probePaths.ready, port: podPorts.gateway }, periodSeconds: 5 },
    livenessProbe: {
      httpGet: { path: probePaths.alive, port: podPorts.gateway },
      periodSeconds: 10,
      timeoutSeconds: 5,
    },
    lifecycle: { preStop: { sleep: { seconds: drainSeconds } } },
    resources: {
      requests: { cpu: '100m', memory: '256Mi' },
      limits: { cpu: '1', memory: '1Gi' },
      ...resources,
    },
    securityContext: restrictedContainer,
    volumeMounts: mountsOf(args),
  };
}

function mountsOf({ tokensSecret, vault }: McpGatewayArgs): VolumeMount[] {
  return [
    { name: 'tmp', mountPath: podFolders.temporary },
    { name: 'state', mountPath: podFolders.state },
    // Mount whole folders: a `subPath` wouldn't follow changes.
    { name: 'bundle', mountPath: podFolders.bundle, readOnly: true },
    { name: 'keys', mountPath: podFolders.keys, readOnly: true },
    ...(tokensSecret === undefined ? [] : [{ name: 'tokens', mountPath: podFolders.tokens, readOnly: true }]),
    ...(vault === undefined
      ? []
      : [{ name: 'vault-token', mountPath: podFolders.vaultToken, readOnly: true }]),
  ];
}

function volumesOf(
  { tokensSecret, vault, vaultAudience = 'vault' }: McpGatewayArgs,
  { bundle, claim, keysSecret }: GatewayPodParts,
): Volume[] {
  const sources = bundle.configMaps.map(({ name }) => ({ configMap: { name } }));
  const token = { audience: vaultAudience, expirationSeconds: vaultTokenSeconds, path: vaultTokenFile };
  return [
    temporaryVolume,
    stateVolume({ existingClaim: claim }),
    { name: 'bundle', projected: { sources } },
    secretVolume('keys', keysSecret),
    ...(tokensSecret === undefined ? [] : [secretVolume('tokens', tokensSecret)]),
    ...(vault === undefined
      ? []
      : [{ name: 'vault-token', projected: { sources: [{ serviceAccountToken: token }] } }]),
  ];
}

function secretVolume(name: string, secretName: Input<string>): Volume {
  return { name, secret: { secretName, defaultMode: 0o440 } };
}
