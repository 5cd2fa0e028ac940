import type * as k8s from '@pulumi/kubernetes';
import { ComponentResource, type ComponentResourceOptions, type Output, output } from '@pulumi/pulumi';
import { claimName, isOfType, requireProvider } from '../component.ts';
import { warnIfUnpushed } from '../kubernetes/image.ts';
import type { GatewayEndpoint, McpServerArgs } from './server-args.ts';
import { createServer } from './server-objects.ts';
import { takeServerPlan } from './server-plan.ts';

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
  readonly unenforcedEgress: Output<readonly string[]>;
  /** What runs its pods; undefined for a remote server, and for one with `data`. */
  readonly deployment: k8s.apps.v1.Deployment | undefined;
  /** What runs its pods if it has `data`; else undefined. */
  readonly statefulSet: k8s.apps.v1.StatefulSet | undefined;
  /** Its Service; undefined for a remote server. */
  readonly service: k8s.core.v1.Service | undefined;
  /** The identity of its pods; undefined for a remote server. */
  readonly serviceAccount: k8s.core.v1.ServiceAccount | undefined;
  /** What lets only the gateway in, and its pods out to declared hosts; undefined for a remote server. */
  readonly networkPolicy: k8s.networking.v1.NetworkPolicy | undefined;

  constructor(name: string, args: McpServerArgs, opts?: ComponentResourceOptions) {
    const who = `McpServer ${name}`;
    const { endpoint, objects } = takeServerPlan(who, args);
    const provider = requireProvider(opts, who, 'kubernetes');
    if (objects !== undefined) claimName(provider, who, objects.metadata);
    super(type, name, {}, opts);
    this.endpoint = endpoint;
    this.unenforcedEgress = output(objects?.traffic.unenforced ?? []);
    const made = objects && createServer(this, name, args, objects);
    this.deployment = made?.deployment;
    this.statefulSet = made?.statefulSet;
    this.service = made?.service;
    this.serviceAccount = made?.serviceAccount;
    this.networkPolicy = made?.networkPolicy;
    if (objects !== undefined) warnIfUnpushed(who, 'image', objects.image, this);
    this.registerOutputs({ endpoint, unenforcedEgress: this.unenforcedEgress });
  }

  /** Whether a value is an `McpServer`, even from another copy of this package. */
  static override isInstance(value: unknown): value is McpServer {
    return isOfType(value, type);
  }
}
