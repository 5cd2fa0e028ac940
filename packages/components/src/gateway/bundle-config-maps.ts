import type { Environment } from '@lockstep/model';
import {
  type Deployment,
  deploymentVersion,
  makeBundle,
  packBundle,
  parseDeployment,
  volumeFiles,
} from '@lockstep/model/internal';
import { explain } from '../errors.ts';
import { gatewayObject, objectName } from '../kubernetes/names.ts';
import type { GatewayEndpoint } from '../server/server-args.ts';

/** A ConfigMap of the bundle. Its name never changes, and its data is plain, so that a preview shows all of it. */
interface BundleConfigMap {
  /** The end of its name: `config` or `table-0`. */
  readonly part: string;
  readonly name: string;
  readonly data?: Readonly<Record<string, string>>;
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
 * @throws RunError if the bundle doesn't fit, or the deployment is invalid.
 */
export function planBundle(
  who: string,
  environment: Environment,
  endpoints: Readonly<Record<string, GatewayEndpoint>>,
  { vault, archive }: Pick<Deployment, 'vault' | 'archive'>,
): BundlePlan {
  return explain(who, () => {
    const bundle = makeBundle(environment);
    const { config, tables, releases } = packBundle(bundle);
    const deployment = parseDeployment({
      deploymentVersion,
      servers: endpoints,
      ...(vault === undefined ? {} : { vault }),
      ...(archive === undefined ? {} : { archive }),
    });
    const file = `${JSON.stringify(deployment, null, 2)}\n`;
    return {
      digest: bundle.digest,
      configMaps: [
        part('config', { data: { ...config, [volumeFiles.deployment]: file } }),
        ...tables.map((data, shard) => part(`table-${shard}`, { data })),
        ...releases.map((binaryData, shard) => part(`release-${shard}`, { binaryData })),
      ],
    };
  });
}

function part(name: string, content: Pick<BundleConfigMap, 'data' | 'binaryData'>): BundleConfigMap {
  return { part: name, name: objectName(gatewayObject, name), ...content };
}
