/**
 * Pulumi components on Kubernetes and Vault.
 *
 * @module
 */
export type { ClientConfiguration, McpEnvironmentArgs } from './environment/args.ts';
export { McpEnvironment } from './environment/mcp-environment.ts';
export type {
  Exposure,
  GatewayEndpoint,
  GatewaySettings,
  IngressExposure,
  McpGatewayArgs,
  ParentReference,
  RouteExposure,
} from './gateway/args.ts';
export { McpGateway } from './gateway/mcp-gateway.ts';
export { type Belonging, labelsOf, selectorOf } from './kubernetes/labels.ts';
export { gatewayObject, objectName, serverObject } from './kubernetes/names.ts';
export type { PodAdditions } from './kubernetes/pod-additions.ts';
export { restrictedNamespace } from './kubernetes/pod-security.ts';
export type { PodTemplateOverrides } from './kubernetes/pod-template.ts';
export type {
  McpMonitoringArgs,
  MetricsOperator,
  MonitoringSettings,
  WatchedGateway,
} from './monitoring/args.ts';
export { McpMonitoring } from './monitoring/monitoring.ts';
export { defaultThresholds, type Thresholds } from './monitoring/thresholds.ts';
export type {
  AddressPeer,
  HostNamePolicies,
  NetworkSettings,
  PodPeer,
  ServicePods,
} from './network/settings.ts';
export type {
  KubernetesAuth,
  KvMount,
  McpSecretsArgs,
  NewKubernetesAuth,
  SecretDelivery,
  SecretsOfServer,
  VaultSettings,
  Workload,
} from './secrets/args.ts';
export { deliverSecrets } from './secrets/deliver.ts';
export { McpSecrets } from './secrets/secrets.ts';
export type {
  Autoscaling,
  ExistingClaim,
  McpServerArgs,
  MountedVolume,
  NewVolume,
  Resources,
  ServerSettings,
  Storage,
} from './server/args.ts';
export { McpServer } from './server/mcp-server.ts';
