import { dirname, join, resolve } from 'node:path';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';
import { readLock } from '../lock/lock-file.ts';
import { pinnedReleases } from '../lock/tasks.ts';
import { loadDeclaration, programPaths } from '../project/load.ts';
import { openFolder, stateFolder } from '../project/state-folder.ts';
import type { Engine } from './engine.ts';
import { parsePlatform } from './platform.ts';
import type { ImageDestination, Produced } from './produce.ts';
import { hasOwnImage, type ServerRelease, serverImage } from './server-image.ts';
import { pythonVersion } from './venv.ts';

/** How the images of servers are made. */
interface MakeOptions {
  /** The gateway's image. */
  readonly base: string;
  readonly engine: Engine;
  readonly destination: ImageDestination;
  /** The folder of `<server>.Containerfile`s. Default: `images` beside the program. */
  readonly containerfiles?: string | undefined;
  readonly platform: string;
  readonly python: string;
  /** The program. */
  readonly config: string;
  readonly state: string;
}

/** Makes the image of every release that an environment pins, of these servers or of all. */
export async function makeServerImages(
  names: readonly string[],
  options: MakeOptions,
  context: CommandContext,
  say: (what: string) => void,
): Promise<Produced[]> {
  const paths = programPaths(options.config, context.cwd);
  const platform = parsePlatform(options.platform);
  pythonVersion(options.python);
  const containerfiles =
    options.containerfiles === undefined
      ? join(dirname(paths.config), 'images')
      : resolve(context.cwd, options.containerfiles);
  const state = stateFolder(options.state, context.cwd);
  openFolder(state.root, options.state);
  const made: Produced[] = [];
  for (const release of await chooseReleases(names, paths, containerfiles, context)) {
    say(`Making the image of ${release.server} ${release.label}`);
    made.push(
      await serverImage(release, {
        ...options,
        containerfiles,
        platform,
        packages: state.packages,
        project: dirname(paths.config),
        epoch: epochOf(context.env),
      }),
    );
  }
  return made;
}

/** Those that have an image of their own; one that was named and has none is an error. */
async function chooseReleases(
  names: readonly string[],
  paths: ReturnType<typeof programPaths>,
  containerfiles: string,
  context: CommandContext,
): Promise<ServerRelease[]> {
  const declaration = await loadDeclaration(paths, context.cwd);
  const pinned = pinnedReleases(names, declaration, readLock(declaration.lock, context.cwd));
  return pinned.flatMap(({ server, label, release }) => {
    if (release === undefined) {
      throw new Failure(`the lock doesn't hold ${server} ${label}; run \`lockstep lock ${server}\`.`);
    }
    const candidate = { server, label, source: release.source };
    if (hasOwnImage(candidate, containerfiles)) return [candidate];
    if (names.length === 0) return [];
    throw new Failure(
      release.source.type === 'command'
        ? `${server} is a command; describe its image in ${join(containerfiles, `${server}.Containerfile`)}.`
        : `${server} has no image to be made: its source is ${release.source.type}.`,
    );
  });
}

/**
 * Seconds since 1970 that images are dated with: `SOURCE_DATE_EPOCH`, or 0, so that the same content has the same
 * digest at any time.
 *
 * @throws Failure when the variable is no such number.
 */
export function epochOf({ SOURCE_DATE_EPOCH: text }: Readonly<Record<string, string | undefined>>): number {
  if (text === undefined || text === '') return 0;
  if (/^\d{1,11}$/.test(text)) return Number(text);
  throw new Failure(`SOURCE_DATE_EPOCH is ${JSON.stringify(text)}; it must be whole seconds since 1970.`);
}
