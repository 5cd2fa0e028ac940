import type * as components from '@lockstep/components';
import { expectTypeOf, it } from 'vitest';
import type * as plugin from './index.ts';

// What the analyser takes has to be written again; the compiler sees here that nothing was forgotten.
it('has every setting of the components, by the same name', () => {
  expectTypeOf<keyof plugin.AddressPeer>().toEqualTypeOf<keyof components.AddressPeer>();
  expectTypeOf<keyof plugin.AuditBucket>().toEqualTypeOf<keyof components.AuditBucket>();
  expectTypeOf<keyof plugin.EndpointPods>().toEqualTypeOf<keyof components.EndpointPods>();
  expectTypeOf<keyof plugin.GatewayEndpoint>().toEqualTypeOf<keyof components.GatewayEndpoint>();
  expectTypeOf<keyof plugin.GatewaySettings>().toEqualTypeOf<keyof components.GatewaySettings>();
  expectTypeOf<keyof plugin.IngressExposure>().toEqualTypeOf<keyof components.IngressExposure>();
  expectTypeOf<keyof plugin.KedaTrigger>().toEqualTypeOf<keyof components.KedaTrigger>();
  expectTypeOf<keyof plugin.KubernetesAuth>().toEqualTypeOf<keyof components.KubernetesAuth>();
  expectTypeOf<keyof plugin.KvMount>().toEqualTypeOf<keyof components.KvMount>();
  expectTypeOf<keyof plugin.MonitoringSettings>().toEqualTypeOf<keyof components.MonitoringSettings>();
  expectTypeOf<keyof plugin.MountedVolume>().toEqualTypeOf<keyof components.MountedVolume>();
  expectTypeOf<keyof plugin.NetworkSettings>().toEqualTypeOf<keyof components.NetworkSettings>();
  expectTypeOf<keyof plugin.NewKubernetesAuth>().toEqualTypeOf<keyof components.NewKubernetesAuth>();
  expectTypeOf<keyof plugin.ParentReference>().toEqualTypeOf<keyof components.ParentReference>();
  expectTypeOf<keyof plugin.PodPeer>().toEqualTypeOf<keyof components.PodPeer>();
  expectTypeOf<keyof plugin.PodSettings>().toEqualTypeOf<keyof components.PodSettings>();
  expectTypeOf<keyof plugin.Resources>().toEqualTypeOf<keyof components.Resources>();
  expectTypeOf<keyof plugin.RouteExposure>().toEqualTypeOf<keyof components.RouteExposure>();
  expectTypeOf<keyof plugin.SecretStore>().toEqualTypeOf<keyof components.SecretStore>();
  expectTypeOf<keyof plugin.ServerSettings>().toEqualTypeOf<keyof components.ServerSettings>();
  expectTypeOf<keyof plugin.ServicePods>().toEqualTypeOf<keyof components.ServicePods>();
  expectTypeOf<keyof plugin.Thresholds>().toEqualTypeOf<keyof components.Thresholds>();
  expectTypeOf<keyof plugin.VaultEndpoint>().toEqualTypeOf<keyof components.VaultEndpoint>();
  expectTypeOf<keyof plugin.VaultSettings>().toEqualTypeOf<keyof components.VaultSettings>();
  expectTypeOf<keyof plugin.Workload>().toEqualTypeOf<keyof components.Workload>();
  expectTypeOf<plugin.HostNamePolicies>().toEqualTypeOf<components.HostNamePolicies>();
  expectTypeOf<plugin.MetricsOperator>().toEqualTypeOf<components.MetricsOperator>();
  expectTypeOf<plugin.SecretDelivery>().toEqualTypeOf<components.SecretDelivery>();
});

it('has every argument that is not in the bundle', () => {
  expectTypeOf<Exclude<keyof plugin.McpEnvironmentArgs, 'bundle'>>().toEqualTypeOf<
    Exclude<keyof components.McpEnvironmentArgs, 'environment'>
  >();
  expectTypeOf<Exclude<keyof plugin.McpGatewayArgs, 'bundle'>>().toEqualTypeOf<
    Exclude<keyof components.McpGatewayArgs, 'environment'>
  >();
  expectTypeOf<Exclude<keyof plugin.McpMonitoringArgs, 'bundle'>>().toEqualTypeOf<
    Exclude<keyof components.McpMonitoringArgs, 'environment' | 'gateway' | 'bundleDigest'>
  >();
  expectTypeOf<
    Exclude<keyof plugin.McpSecretsArgs, 'bundle' | 'readers' | 'gatewayServiceAccount'>
  >().toEqualTypeOf<Exclude<keyof components.McpSecretsArgs, 'environment' | 'servers' | 'gateway'>>();
  expectTypeOf<Exclude<keyof plugin.McpServerArgs, 'bundle' | 'server'>>().toEqualTypeOf<
    Exclude<keyof components.McpServerArgs, 'name' | 'definition' | 'release' | 'environment' | 'pod'>
  >();
});
