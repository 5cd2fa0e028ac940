import type * as components from '@lockstep/components';
import { expectTypeOf, it } from 'vitest';
import type { GatewaySettings, IngressExposure, RouteExposure } from './gateway-settings.ts';
import type { McpEnvironmentArgs } from './mcp-environment.ts';
import type { MonitoringSettings, Thresholds } from './monitoring-settings.ts';
import type { HostNamePolicies, NetworkSettings } from './network-settings.ts';
import type { PodSettings } from './pod-settings.ts';
import type { ServerSettings } from './server-settings.ts';
import type { SecretDelivery, VaultSettings } from './vault-settings.ts';

// What the analyser takes has to be written again; the compiler sees here that nothing was forgotten.
it('has every setting of the components, by the same name', () => {
  expectTypeOf<keyof GatewaySettings>().toEqualTypeOf<keyof components.GatewaySettings>();
  expectTypeOf<keyof PodSettings>().toEqualTypeOf<keyof components.PodSettings>();
  expectTypeOf<keyof ServerSettings>().toEqualTypeOf<keyof components.ServerSettings>();
  expectTypeOf<keyof NetworkSettings>().toEqualTypeOf<keyof components.NetworkSettings>();
  expectTypeOf<keyof VaultSettings>().toEqualTypeOf<keyof components.VaultSettings>();
  expectTypeOf<keyof MonitoringSettings>().toEqualTypeOf<keyof components.MonitoringSettings>();
  expectTypeOf<keyof Thresholds>().toEqualTypeOf<keyof components.Thresholds>();
  expectTypeOf<keyof RouteExposure>().toEqualTypeOf<keyof components.RouteExposure>();
  expectTypeOf<keyof IngressExposure>().toEqualTypeOf<keyof components.IngressExposure>();
  expectTypeOf<Exclude<keyof McpEnvironmentArgs, 'bundle'>>().toEqualTypeOf<
    Exclude<keyof components.McpEnvironmentArgs, 'environment'>
  >();
  expectTypeOf<HostNamePolicies>().toEqualTypeOf<components.HostNamePolicies>();
  expectTypeOf<SecretDelivery>().toEqualTypeOf<components.SecretDelivery>();
});
