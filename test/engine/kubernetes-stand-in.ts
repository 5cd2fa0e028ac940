// A provider in the place of Kubernetes': it keeps what it is given and touches no cluster, so that the engine alone
// decides what is created, updated or replaced.
import { main, type Provider } from '@pulumi/pulumi/provider/index.js';

const standIn: Provider = {
  version: '4.34.2',
  check: async (_urn, _before, inputs) => ({ inputs }),
  diff: async (_id, _urn, before, inputs) => ({ changes: plain(before) !== plain(inputs) }),
  create: async (_urn, inputs) => ({
    id: `${inputs.metadata?.namespace ?? ''}/${inputs.metadata?.name}`,
    outs: inputs,
  }),
  update: async (_id, _urn, _before, inputs) => ({ outs: inputs }),
  delete: async () => {},
};

/** Inputs as text, with keys in one order. */
function plain(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

main(standIn, process.argv.slice(2));
