// A provider in the place of one of Pulumi's own: it keeps what it is given and touches nothing, so that the engine alone
// decides what is created, updated or replaced. Started as `stand-in-provider.ts <name> <version> <engine>`.
import { main } from '@pulumi/pulumi/provider/index.js';

const [name = '', version = '', ...args] = process.argv.slice(2);
const inputProperties = {
  context: { type: 'string' },
  enableConfigMapMutable: { type: 'boolean' },
};

await main(
  {
    version,
    schema: JSON.stringify({ name, version, provider: { inputProperties } }),
    check: async (_urn, _before, inputs) => ({ inputs }),
    diff: async (_id, _urn, before, inputs) => ({ changes: plain(before) !== plain(inputs) }),
    create: async (urn, outs) => ({ id: urn, outs }),
    update: async (_id, _urn, _before, outs) => ({ outs }),
    delete: async () => {},
  },
  args,
);

/** Inputs as text, with keys in one order. */
function plain(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
