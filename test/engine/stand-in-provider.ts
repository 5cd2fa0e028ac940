// Stands in for one of Pulumi's own providers, so that a preview needs neither a download nor a cluster: it takes all
// inputs as they are. Started as `stand-in-provider.ts <name> <version> <engine>`.
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
    check: async (_urn, _olds, inputs) => ({ inputs }),
    create: async (urn, outs) => ({ id: urn, outs }),
  },
  args,
);
