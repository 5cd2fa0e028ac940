import { type GatewayConfig, parseGatewayConfig, volumeFiles } from '@lockstep/model/internal';
import { textAt } from '../kubernetes/field.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';

/** Whether an object is the ConfigMap with the configuration of a gateway. */
export function holdsGatewayConfig(object: KubernetesObject): boolean {
  return textOf(object) !== undefined;
}

/**
 * The configuration of a gateway, if this is the ConfigMap that holds it.
 *
 * @throws ConfigurationError for a configuration that no gateway takes.
 */
export function gatewayConfigIn(object: KubernetesObject): GatewayConfig | undefined {
  const text = textOf(object);
  return text === undefined ? undefined : parseGatewayConfig(text);
}

/** Whether an object is the ConfigMap of a gateway in prod. One that can't be read is judged as in prod. */
export function isProdConfig(object: KubernetesObject): boolean {
  try {
    return gatewayConfigIn(object)?.profile === 'prod';
  } catch {
    return true;
  }
}

function textOf({ kind, fields }: KubernetesObject): string | undefined {
  return kind === 'core/ConfigMap' ? textAt(fields, 'data', volumeFiles.config) : undefined;
}
