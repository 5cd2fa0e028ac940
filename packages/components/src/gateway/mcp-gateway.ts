import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import { claimName, isOfType, requireProvider } from '../component.ts';
import { holdToPushed } from '../kubernetes/image.ts';
import { gatewayObject } from '../kubernetes/names.ts';
import type { McpGatewayArgs } from './gateway-args.ts';
import { createGateway } from './gateway-objects.ts';
import { planGateway } from './gateway-plan.ts';

const type = 'lockstep:index:McpGateway';

/**
 * The gateway of one environment on Kubernetes: the one way to its servers, which enforces on every call what was
 * reviewed. A change of permissions changes ConfigMaps and nothing else; the gateway applies them as it runs.
 *
 * Give the Kubernetes provider `enableConfigMapMutable: true`: otherwise it replaces ConfigMaps, which the gateway
 * bears, but which a preview shows as replacements.
 *
 * @throws RunError naming the environment and the argument that is wrong, or the provider that is missing.
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
  /** The MCP endpoint as clients reach it. */
  readonly url: string;
  /** SHA-256 that names the bundle whole: `/readyz` and the audit speak of it. */
  readonly bundleDigest: string;
  /** Hosts that it may reach although nothing holds it to their names. */
  readonly unenforcedEgress: readonly string[];

  constructor(name: string, args: McpGatewayArgs, opts?: ComponentResourceOptions) {
    super(type, name, {}, opts);
    const who = `McpGateway ${args.environment.name}`;
    const provider = requireProvider(this, who, 'kubernetes');
    const plan = planGateway(who, args);
    claimName(provider, who, args.namespace, gatewayObject);
    holdToPushed(who, 'image', args.image, this);
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

  /** Whether a value is one, also of another copy of this package. */
  static override isInstance(value: unknown): value is McpGateway {
    return isOfType(value, type);
  }
}
