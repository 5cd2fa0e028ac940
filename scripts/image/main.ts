// `npm run image`: builds the gateway's image from this checkout, and the images of our servers on top of it.
import { parseArgs } from 'node:util';
import { processContext } from '@lockstep/cli';
import {
  defaultConfig,
  defaultPython,
  defaultState,
  destinationOf,
  epochOf,
  Failure,
  findBuilder,
  hostPlatform,
  imagesFile,
  makeServerImages,
  parsePlatform,
  produce,
  reportImages,
  sentenceOf,
} from '@lockstep/cli/internal';
import { gatewayImage } from '@lockstep/model/internal';
import { withGatewayImage } from './gateway.ts';

const help = `Usage: npm run image -- [gateway] [server...] [options]

Builds the gateway's image from this checkout, and on top of it the images of the servers in
stacks/environments.ts. Without names, builds all of them.

  --base <image>             the image to build the gateway's on (default: that of packages/gateway/Containerfile)
  --builder <program>        docker, podman or buildah (default: the first of them that works)
  --push <prefix>            push them to a registry and note their digests in stacks/images.json
  --archive <folder>         write them as OCI archives, with an images.json, for a cluster without a registry
  --images <file>            use another list of digests
  --containerfiles <folder>  the folder of <server>.Containerfile (default: stacks/images)
  --platform <platform>      build for linux/amd64 or linux/arm64 (default: ${hostPlatform})
  --python <path>            the interpreter in the images of PyPI servers (default: ${defaultPython})
  --config <file>            the program (default: ${defaultConfig})
  --state <folder>           the folder to install packages in (default: ${defaultState})`;

const text = { type: 'string' } as const;
const options = {
  base: text,
  builder: text,
  push: text,
  archive: text,
  images: text,
  containerfiles: text,
  platform: { ...text, default: hostPlatform },
  python: { ...text, default: defaultPython },
  config: { ...text, default: defaultConfig },
  state: { ...text, default: defaultState },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(): Promise<void> {
  const context = processContext();
  const { values, positionals } = readArguments();
  if (values.help) return context.print(help);
  parsePlatform(values.platform);
  const names = positionals.filter((name) => name !== gatewayImage);
  const withServers = positionals.length === 0 || names.length > 0;
  const made = await context.progress('Bundling the gateway', async (say) => {
    const destination = destinationOf(values, context.cwd);
    const engine = await findBuilder(values.builder);
    const options = {
      ...values,
      epoch: epochOf(context.env),
      withRevision: destination.type === 'registry' || context.env.GITHUB_SHA !== undefined,
      env: context.env,
    };
    const gateway = await withGatewayImage(options, (request) => {
      say('Making the image of the gateway');
      return produce(request, engine, destination);
    });
    const base = gateway.tag;
    return withServers
      ? [gateway, ...(await makeServerImages(names, { ...values, base, engine, destination }, context, say))]
      : [gateway];
  });
  reportImages(made, { list: imagesFile(values, context.cwd), json: false }, context);
}

function readArguments() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    // Node's message continues with advice about its own parser, so it is cut.
    throw new Failure(`${sentenceOf(error).split('. ', 1)[0]}; see --help.`, { cause: error });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`image: ${sentenceOf(error)}\n`);
  process.exitCode = 2;
});
