import type { ComponentResource, ComponentResourceOptions } from '@pulumi/pulumi';
import type { Provider } from '@pulumi/pulumi/provider/index.js';
import * as components from './index.ts';

type Construct = new (name: string, args: never, opts?: ComponentResourceOptions) => ComponentResource;

/**
 * The provider that Pulumi's engine asks for components.
 *
 * @param schema the package's schema; it has no version, so that a release changes nothing in it.
 */
export function lockstepProvider(schema: Schema, version: string): Provider {
  const { resources } = schema;
  return {
    version,
    schema: JSON.stringify({ ...schema, version }),
    construct: async (name, type, inputs, opts) => {
      const resource = resources[type];
      const Component = (components as Record<string, Construct>)[type.split(':').at(-1) ?? ''];
      if (resource === undefined || Component === undefined) {
        throw new Error(`lockstep has no resource ${type}; it has ${Object.keys(resources).join(', ')}.`);
      }
      const made = new Component(name, inputs as never, opts) as unknown as Record<string, unknown>;
      const state = Object.keys(resource.properties).map((property) => [property, made[property]]);
      return { urn: (made as unknown as ComponentResource).urn, state: Object.fromEntries(state) };
    },
  };
}

interface Schema {
  readonly resources: Readonly<Record<string, { readonly properties: Readonly<Record<string, unknown>> }>>;
}
