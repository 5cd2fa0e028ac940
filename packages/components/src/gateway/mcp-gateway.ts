import type * as k8s from '@pulumi/kubernetes';
import { ComponentResource, type ComponentResourceOptions, type Output, output } from '@pulumi/pulumi';
import { claimName, isOfType, requireProvider } from '../component.ts';
import { warnIfUnpushed } from '../kubernetes/image.ts';
import type { McpGatewayArgs } from './gateway-args.ts';
import { createGateway } from './gateway-objects.ts';
import { takeGatewayPlan } from './gateway-plan.ts';

const type = 'lockstep:index:McpGateway';

/**
 * The gateway of one environment on Kubernetes: the only way to its servers, which enforces on every call what people
 * reviewed. A permission change changes only ConfigMaps; the gateway applies them while it runs.
 *
 * Give the Kubernetes provider `enableConfigMapMutable: true`. Otherwise the provider replaces ConfigMaps, which the
 * gateway tolerates but previews show as replacements.
 *
 * @throws RunError that names the environment and the wrong argument or the missing provider.
 * @example
 * const gateway = new McpGateway('prod', {
 *   environment: environments.prod,
 *   namespace: 'mcp-prod',
 *   owner: 'platform',
 *   image: images.gateway,
 *   endpoints: { files: files.endpoint },
 *   keysSecret: 'lockstep-keys',
 *   storage: { size: '10Gi' },
 *   expose: { gatewayApi: { parentRefs: [{ name: 'public', namespace: 'gateways' }], hostnames: ['mcp.example.com'] } },
 *   clients: [{ namespace: 'gateways' }],
 *   network: { hostNames: 'cilium' },
 * }, { providers: { kubernetes: cluster } });
 */
export class McpGateway extends ComponentResource {
  /** The MCP endpoint, as clients reach it. */
  readonly url: Output<string>;
  /** SHA-256 of the whole bundle, as `/readyz` and the audit show it. */
  readonly bundleDigest: Output<string>;
  /** Hosts that it may reach although nothing enforces their names. */
  readonly unenforcedEgress: Output<readonly string[]>;
  /** What runs its pod. */
  readonly deployment: k8s.apps.v1.Deployment;
  /** Its Service, with the ports `http` and `metrics`. */
  readonly service: k8s.core.v1.Service;
  /** The identity of its pod. */
  readonly serviceAccount: k8s.core.v1.ServiceAccount;
  /** What lets only declared clients in, and the pod out to its servers and declared hosts. */
  readonly networkPolicy: k8s.networking.v1.NetworkPolicy;

  constructor(name: string, args: McpGatewayArgs, opts?: ComponentResourceOptions) {
    const who = `McpGateway ${name}`;
    const plan = takeGatewayPlan(who, args);
    const provider = requireProvider(opts, who, 'kubernetes');
    claimName(provider, who, plan.metadata);
    super(type, name, {}, opts);
    const made = createGateway(this, name, args, plan);
    warnIfUnpushed(who, 'image', plan.image, this);
    this.url = output(plan.url);
    this.bundleDigest = output(plan.bundle.digest);
    this.unenforcedEgress = output(plan.traffic.unenforced);
    this.deployment = made.deployment;
    this.service = made.service;
    this.serviceAccount = made.serviceAccount;
    this.networkPolicy = made.networkPolicy;
    this.registerOutputs({
      url: this.url,
      bundleDigest: this.bundleDigest,
      unenforcedEgress: this.unenforcedEgress,
    });
  }

  /** Whether a value is an `McpGateway`, even from another copy of this package. */
  static override isInstance(value: unknown): value is McpGateway {
    return isOfType(value, type);
  }
}
