import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import { claimName, isOfType, requireProvider } from '../component.ts';
import { holdToPushed } from '../kubernetes/image.ts';
import { gatewayObject } from '../kubernetes/names.ts';
import type { McpGatewayArgs } from './gateway-args.ts';
import { createGateway } from './gateway-objects.ts';
import { planGateway } from './gateway-plan.ts';

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
  readonly url: string;
  /** SHA-256 of the whole bundle, as `/readyz` and the audit show it. */
  readonly bundleDigest: string;
  /** Hosts that it may reach although nothing enforces their names. */
  readonly unenforcedEgress: readonly string[];

  constructor(name: string, args: McpGatewayArgs, opts?: ComponentResourceOptions) {
    super(type, name, {}, opts);
    const who = `McpGateway ${args.environment.name}`;
    const provider = requireProvider(this, who, 'kubernetes');
    const plan = planGateway(who, args);
    claimName(provider, who, args.namespace, gatewayObject);
    holdToPushed(who, 'image', plan.image, this);
    createGateway(this, name, args, plan);
    this.url = plan.url;
    this.bundleDigest = plan.bundle.digest;
    this.unenforcedEgress = plan.traffic.unenforced;
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
