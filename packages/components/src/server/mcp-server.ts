import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import { claimName, isOfType, requireProvider } from '../component.ts';
import { holdToPushed } from '../kubernetes/image.ts';
import type { GatewayEndpoint, McpServerArgs } from './server-args.ts';
import { createServer } from './server-objects.ts';
import { planServer } from './server-plan.ts';

const type = 'lockstep:index:McpServer';

/**
 * One MCP server on Kubernetes, reachable by the gateway alone: from an image that serves HTTP, from a package or a
 * command behind the gateway's bridge, or a remote URL, for which nothing is run.
 *
 * @throws RunError naming the server and the argument that is wrong, or the provider that is missing.
 * @example
 * const files = new McpServer('files', {
 *   name: 'files',
 *   definition: { run: { npm: '@modelcontextprotocol/server-filesystem', args: ['${workdir}'] } },
 *   release: environment.releases.files.release,
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
  /** Where the gateway finds it. */
  readonly endpoint: GatewayEndpoint;
  /** Hosts that it may reach although nothing holds it to their names: `api.example.com:443`. */
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

  /** Whether a value is one, also of another copy of this package. */
  static override isInstance(value: unknown): value is McpServer {
    return isOfType(value, type);
  }
}
