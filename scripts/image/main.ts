// `npm run image`: the gateway's image from this checkout, and on it the images of our servers.
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

Builds the gateway's image from this checkout, then on it the images of the servers of stacks/environments.ts, with
docker, podman or buildah, whichever works. Without names: all of them.

  --base <image>             what the gateway's image is built on (default: the one in packages/gateway/Containerfile)
  --push <prefix>            send them to a registry; stacks/images.json says under which digests
  --archive <folder>         write them as OCI archives, with an images.json, for a cluster without a registry
  --images <file>            another list of digests
  --containerfiles <folder>  where <server>.Containerfile is (default: stacks/images)
  --platform <platform>      linux/amd64 or linux/arm64 (default: ${hostPlatform})
  --python <path>            the interpreter in the images of PyPI servers (default: ${defaultPython})
  --config <file>            the program (default: ${defaultConfig})
  --state <folder>           where packages are installed (default: ${defaultState})`;

const text = { type: 'string' } as const;
const options = {
  base: text,
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
    const engine = await findBuilder();
    const options = {
      ...values,
      epoch: epochOf(context.env),
      withRevision: destination.type === 'registry',
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
    // Node goes on to explain how its own parser is used.
    throw new Failure(`${sentenceOf(error).split('. ', 1)[0]}; see --help.`, { cause: error });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`image: ${sentenceOf(error)}\n`);
  process.exitCode = 2;
});
