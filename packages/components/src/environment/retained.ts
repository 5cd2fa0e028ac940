import { gatewayState, serverObject } from '../kubernetes/names.ts';
import type { McpEnvironmentArgs } from './args.ts';

/** The claims that an environment makes and that stay when it goes: approvals and audit, and what servers keep. */
export function retainedVolumes({ gateway, servers = {} }: McpEnvironmentArgs): string[] {
  const ofServers = Object.entries(servers)
    .filter(([, { data }]) => data !== undefined && 'size' in data)
    // As a StatefulSet calls the claim of its first pod.
    .map(([server]) => `state-${serverObject(server)}-0`);
  return 'size' in gateway.storage ? [gatewayState, ...ofServers] : ofServers;
}
