import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import { claimName, isOfType, requireProvider } from '../component.ts';
import { holdToPushed } from '../kubernetes/image.ts';
import type { GatewayEndpoint, McpServerArgs } from './server-args.ts';
import { createServer } from './server-objects.ts';
import { planServer } from './server-plan.ts';

const type = 'lockstep:index:McpServer';

/**
 * One MCP server on Kubernetes, reachable only by the gateway. It runs an image that serves HTTP, or a package or a
 * command behind the gateway's bridge. For a remote URL, nothing runs.
 *
 * @throws RunError that names the server and the wrong argument or the missing provider.
 * @example
 * const files = new McpServer('files', {
 *   name: 'files',
 *   definition: { run: { npm: '@modelcontextprotocol/server-filesystem', args: ['${workdir}'] } },
 *   release,
 *   environment: 'prod',
 *   namespace: 'mcp-prod',
 *   owner: 'platform',
 *   image: images.files,
 *   keysSecret: 'lockstep-keys',
 *   gateway: { namespace: 'mcp-prod', podLabels: selectorOf({ environment: 'prod', component: 'gateway' }) },
 *   network: { hostNames: 'cilium' },
 * }, { providers: { kubernetes: cluster } });
 */
export class McpServer extends ComponentResource {
  /** How the gateway reaches it. */
  readonly endpoint: GatewayEndpoint;
  /** Hosts that it may reach although nothing enforces their names: `api.example.com:443`. */
  readonly unenforcedEgress: readonly string[];

  constructor(name: string, args: McpServerArgs, opts?: ComponentResourceOptions) {
    super(type, name, {}, opts);
    const who = `McpServer ${args.name}`;
    const provider = requireProvider(this, who, 'kubernetes');
    const { endpoint, objects } = planServer(who, args);
    this.endpoint = endpoint;
    this.unenforcedEgress = objects?.traffic.unenforced ?? [];
    if (objects !== undefined) {
      claimName(provider, who, args.namespace, objects.object);
      holdToPushed(who, 'image', objects.image, this);
      createServer(this, name, args, objects);
    }
    this.registerOutputs({ endpoint, unenforcedEgress: this.unenforcedEgress });
  }

  /** Whether a value is an `McpServer`, even from another copy of this package. */
  static override isInstance(value: unknown): value is McpServer {
    return isOfType(value, type);
  }
}
