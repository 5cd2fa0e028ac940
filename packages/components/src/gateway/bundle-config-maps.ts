import type { Environment } from '@lockstep/model';
import {
  type Bundle,
  type BundledEnvironment,
  bundleOf,
  deploymentVersion,
  packBundle,
  parseDeployment,
  volumeFiles,
} from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { explain } from '../errors.ts';
import { whenKnown } from '../inputs.ts';
import { objectName } from '../kubernetes/names.ts';
import type { McpGatewayArgs } from './gateway-args.ts';

/**
 * A ConfigMap of the bundle. Its name never changes, and the bundle is plain, so that a preview shows all of it. Only
 * the deployment file beside it may have parts that are known later.
 */
interface BundleConfigMap {
  /** The end of its name: `config` or `table-0`. */
  readonly part: string;
  readonly name: string;
  readonly data?: Readonly<Record<string, Input<string>>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** The bundle as a fixed number of ConfigMaps that form one volume. */
export interface BundlePlan {
  /** SHA-256 of `gateway.json`, which names all other files. */
  readonly digest: string;
  readonly configMaps: readonly BundleConfigMap[];
}

/**
 * Plans the ConfigMaps of an environment's bundle, with the deployment file beside it.
 *
 * @param gateway the start of their names.
 * @throws RunError if the bundle doesn't fit, or the deployment is invalid; the latter as soon as it is known.
 */
export function planBundle(
  who: string,
  gateway: string,
  {
    environment,
    endpoints,
    vault,
    archive,
  }: Pick<McpGatewayArgs, 'environment' | 'endpoints' | 'vault' | 'archive'>,
): BundlePlan {
  const { digest, config, tables, releases } = explain(who, () => packed(environment));
  const part = (name: string, content: Pick<BundleConfigMap, 'data' | 'binaryData'>): BundleConfigMap => ({
    part: name,
    name: objectName(gateway, name),
    ...content,
  });
  const servers = Object.entries(endpoints).map(([server, { pods: _, ...endpoint }]) => [server, endpoint]);
  const deployment = {
    deploymentVersion,
    servers: Object.fromEntries(servers),
    ...(vault === undefined ? {} : { vault }),
    ...(archive === undefined ? {} : { archive }),
  };
  const file = whenKnown(deployment, (known) =>
    explain(who, () => `${JSON.stringify(parseDeployment(known), null, 2)}\n`),
  );
  return {
    digest,
    configMaps: [
      part('config', { data: { ...config, [volumeFiles.deployment]: file } }),
      ...tables.map((data, shard) => part(`table-${shard}`, { data })),
      ...releases.map((binaryData, shard) => part(`release-${shard}`, { binaryData })),
    ],
  };
}

function packed(
  environment: Environment | BundledEnvironment,
): ReturnType<typeof packBundle> & Pick<Bundle, 'digest'> {
  const bundle = bundleOf(environment);
  return { ...packBundle(bundle), digest: bundle.digest };
}
