import type { ComponentResource, ComponentResourceOptions } from '@pulumi/pulumi';

/**
 * A component's class, as the analyser of Pulumi's schemas has to see it: it takes only classes that extend
 * `ComponentResource` directly, and describes only what they declare themselves.
 */
export type ComponentClass<Args> = new (
  name: string,
  args: Args,
  opts?: ComponentResourceOptions,
) => ComponentResource;
