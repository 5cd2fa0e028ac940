import { type LoadedBundle, loadBundle, unpackBundle } from '@lockstep/model/internal';
import { type Belonging, belongingOf, shareEnvironment } from '../kubernetes/belonging.ts';
import { entriesAt } from '../kubernetes/field.ts';
import { type KubernetesObject, labelsOf, shareNamespace } from '../kubernetes/object.ts';
import { gatewayConfigIn, holdsGatewayConfig, isProdConfig } from './gateway-config.ts';

/** An object that belongs to an environment. */
export interface Member {
  readonly object: KubernetesObject;
  readonly belonging: Belonging;
}

/** Whether two objects belong to one environment: the same name, in the same namespace. */
export function shareHome(a: Member, b: Member): boolean {
  return shareNamespace(a.object, b.object) && shareEnvironment(a.belonging, b.belonging);
}

/** The ConfigMaps with the configurations of gateways. */
export function gatewayConfigs(objects: readonly KubernetesObject[]): readonly Member[] {
  return membersAmong(objects).filter(({ object }) => holdsGatewayConfig(object));
}

/** The ConfigMaps with the configurations of gateways in prod. */
export function prodConfigs(objects: readonly KubernetesObject[]): readonly Member[] {
  return gatewayConfigs(objects).filter(({ object }) => isProdConfig(object));
}

/**
 * The bundle that a gateway will load: its configuration's ConfigMap and those beside it.
 *
 * @throws ConfigurationError for a bundle that the gateway would refuse.
 */
export function bundleOf(config: Member, objects: readonly KubernetesObject[]): LoadedBundle {
  const parts = membersAmong(objects).filter((member) => shareHome(member, config));
  const files = unpackBundle(new Map(parts.flatMap(({ object }) => filesOf(object))));
  const named = gatewayConfigIn(config.object)?.files ?? {};
  return loadBundle(
    new Map([...files].filter(([path]) => path === 'gateway.json' || Object.hasOwn(named, path))),
  );
}

/** The gateways' ConfigMaps. */
function membersAmong(objects: readonly KubernetesObject[]): readonly Member[] {
  return objects.flatMap((object) => {
    const belonging = object.kind === 'core/ConfigMap' ? belongingOf(labelsOf(object)) : undefined;
    return belonging?.component === 'gateway' ? [{ object, belonging }] : [];
  });
}

function filesOf({ fields }: KubernetesObject): [string, Buffer][] {
  const encodings = { data: 'utf8', binaryData: 'base64' } as const;
  return Object.entries(encodings).flatMap(([field, encoding]) =>
    entriesAt(fields, field).flatMap(([name, value]): [string, Buffer][] =>
      typeof value === 'string' ? [[name, Buffer.from(value, encoding)]] : [],
    ),
  );
}
