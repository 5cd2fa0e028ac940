/**
 * Pulumi components on Kubernetes and Vault.
 *
 * @module
 */
export type { ClientConfiguration, McpEnvironmentArgs } from './environment/environment-args.ts';
export { McpEnvironment } from './environment/mcp-environment.ts';
export type {
  AuditBucket,
  Exposure,
  GatewaySettings,
  IngressExposure,
  McpGatewayArgs,
  ParentReference,
  RouteExposure,
} from './gateway/gateway-args.ts';
export { McpGateway } from './gateway/mcp-gateway.ts';
export { type Belonging, selectorOf } from './kubernetes/labels.ts';
export { gatewayObject, type Naming, serverObject } from './kubernetes/names.ts';
export { restrictedNamespace } from './kubernetes/pod-security.ts';
export type { PodSettings } from './kubernetes/pod-settings.ts';
export type { PodAdditions, PodTemplateOverrides, Resources } from './kubernetes/pod-template.ts';
export type { ExistingClaim, NewVolume, Storage } from './kubernetes/volumes.ts';
export { McpMonitoring } from './monitoring/mcp-monitoring.ts';
export type {
  McpMonitoringArgs,
  MetricsOperator,
  MonitoringSettings,
  WatchedGateway,
} from './monitoring/monitoring-args.ts';
export type { Thresholds } from './monitoring/thresholds.ts';
export type {
  AddressPeer,
  HostNamePolicies,
  NetworkSettings,
  PodPeer,
  ServicePods,
} from './network/settings.ts';
export { deliverSecrets } from './secrets/deliver.ts';
export { McpSecrets } from './secrets/mcp-secrets.ts';
export type {
  KubernetesAuth,
  KvMount,
  McpSecretsArgs,
  NewKubernetesAuth,
  SecretDelivery,
  SecretStore,
  SecretsOfServer,
  VaultEndpoint,
  VaultSettings,
  Workload,
} from './secrets/secrets-args.ts';
export { McpServer } from './server/mcp-server.ts';
export type {
  Autoscaling,
  EndpointPods,
  GatewayEndpoint,
  KedaAutoscaling,
  KedaTrigger,
  McpServerArgs,
  MountedVolume,
  PackageInstallation,
  ServerSettings,
} from './server/server-args.ts';
