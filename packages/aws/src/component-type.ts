import { Resource } from '@pulumi/pulumi';

/**
 * Whether a value is a component of a type, whichever copy of this package or of the SDK made it: `instanceof` would
 * tell copies apart.
 */
export function isOfType(value: unknown, type: string): boolean {
  return Resource.isInstance(value) && (value as { __pulumiType?: unknown }).__pulumiType === type;
}
