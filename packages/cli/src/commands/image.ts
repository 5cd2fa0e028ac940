import { gatewayImage, isUnpushed } from '@lockstep/model/internal';
import { Command } from 'commander';
import { findBuilder } from '../image/engine.ts';
import { readImages, reportImages } from '../image/image-list.ts';
import { makeServerImages } from '../image/make.ts';
import { hostPlatform } from '../image/platform.ts';
import { destinationOf, imagesFile } from '../image/produce.ts';
import { defaultPython } from '../image/venv.ts';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';
import { defaultConfig } from '../project/load.ts';
import { defaultState } from '../project/state-folder.ts';

const examples = `
Makes the images that a cluster runs npm and PyPI servers from: the gateway's image with the package's whole locked
tree in /server, one for each release that an environment pins. Nothing that a package brings along is run. With
--push they go to a registry, and images.json says under which digests; the components read it there.

A server that needs more than Node (git, Python) brings images/<server>.Containerfile beside the program, which is
given the gateway's image as the build argument GATEWAY; so does a server that is a command.

Examples:
  $ lockstep image --push registry.example.com/mcp            every server
  $ lockstep image files git --push registry.example.com/mcp  these two
  $ lockstep image --base registry.example.com/mcp/gateway@sha256:… --push registry.example.com/mcp
  $ lockstep image --archive out/                             OCI archives, for a cluster without a registry

Exit codes: 0 fine, 2 could not run.`;

interface Options {
  base?: string;
  push?: string;
  archive?: string;
  images?: string;
  containerfiles?: string;
  platform: string;
  python: string;
  config: string;
  state: string;
  json?: boolean;
}

export function imageCommand(context: CommandContext): Command {
  return new Command('image')
    .argument('[server...]', 'the servers (default: all)')
    .option('--base <image>', "the gateway's image (default: the entry `gateway` of images.json)")
    .option('--push <prefix>', 'send them to a registry, under this prefix of their names')
    .option('--archive <folder>', 'write them as OCI archives into a folder')
    .option(
      '--images <file>',
      'the list of digests (default: images.json beside the program or the archives)',
    )
    .option(
      '--containerfiles <folder>',
      'where <server>.Containerfile is (default: images beside the program)',
    )
    .option('--platform <platform>', 'linux/amd64 or linux/arm64', hostPlatform)
    .option('--python <path>', 'the interpreter in the images of PyPI servers', defaultPython)
    .option('--config <file>', 'the program; the lock lies beside it', defaultConfig)
    .option('--state <folder>', 'the state folder, where packages are installed', defaultState)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (names: string[], options: Options) => {
      const list = imagesFile(options, context.cwd);
      const base = options.base ?? pushedGateway(list, context);
      const made = await context.progress('Reading the program', async (say) => {
        const destination = destinationOf(options, context.cwd);
        const engine = await findBuilder();
        return makeServerImages(names, { ...options, base, engine, destination }, context, say);
      });
      reportImages(made, { list, json: options.json ?? false }, context);
    });
}

/** @throws Failure when the list names no image of the gateway that has been pushed. */
function pushedGateway(list: string, context: CommandContext): string {
  const gateway = readImages(list, context.cwd)[gatewayImage];
  if (gateway !== undefined && !isUnpushed(gateway)) return gateway;
  throw new Failure(
    `which image of the gateway? Give one with --base; ${list} has no entry \`${gatewayImage}\` that was pushed.`,
  );
}
