/**
 * Lockstep's Pulumi components for programs in YAML, Python and Go. TypeScript programs use `@lockstep/components`.
 *
 * @module
 */
export type {
  AuditBucket,
  Exposure,
  GatewaySettings,
  IngressExposure,
  LogLevel,
  ParentReference,
  RouteExposure,
} from './gateway-settings.ts';
export {
  type ClientConfiguration,
  type ClientServer,
  McpEnvironment,
  type McpEnvironmentArgs,
} from './mcp-environment.ts';
export { McpGateway, type McpGatewayArgs, type VaultEndpoint } from './mcp-gateway.ts';
export { McpMonitoring, type McpMonitoringArgs } from './mcp-monitoring.ts';
export {
  McpSecrets,
  type McpSecretsArgs,
  type SecretReader,
  type Workload,
  type WorkloadKind,
} from './mcp-secrets.ts';
export { type EndpointPods, type GatewayEndpoint, McpServer, type McpServerArgs } from './mcp-server.ts';
export type { MetricsOperator, MonitoringSettings, Thresholds } from './monitoring-settings.ts';
export type {
  AddressPeer,
  Egress,
  HostNamePolicies,
  NetworkSettings,
  Peer,
  PodPeer,
  ServicePods,
} from './network-settings.ts';
export type { PodSettings, Resources, Storage } from './pod-settings.ts';
export type {
  Autoscaling,
  KedaTrigger,
  MountedVolume,
  ServerSettings,
  TriggerAuthentication,
} from './server-settings.ts';
export type {
  KubernetesAuth,
  KvMount,
  NewKubernetesAuth,
  SecretDelivery,
  SecretStore,
  SecretStoreKind,
  VaultSettings,
} from './vault-settings.ts';
