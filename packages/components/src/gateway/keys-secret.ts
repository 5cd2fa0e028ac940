import type { Input } from '@pulumi/pulumi';
import { refuse } from '../errors.ts';
import type { GatewaySettings } from './gateway-args.ts';

/** The Secret that `keys: 'create'` makes, unless `keysSecret` names another. */
const madeSecret = 'lockstep-keys';

/**
 * The name of the Secret with the environment's keys.
 *
 * @param within the path of the settings in the arguments. Default: the arguments themselves.
 * @throws RunError if nothing says where the keys are or that they are to be made.
 */
export function keysSecretOf(
  who: string,
  { keys, keysSecret }: Pick<GatewaySettings, 'keys' | 'keysSecret'>,
  within = '',
): Input<string> {
  const name = keysSecret ?? (keys === 'create' ? madeSecret : undefined);
  if (name !== undefined) return name;
  refuse(
    who,
    `${within}keysSecret`,
    "is missing; name the Secret with the keys that `lockstep keys create` makes, or have them made in the cluster with keys: 'create'.",
  );
}
