import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  npmAlways,
  npmCiArguments,
  npmProject,
  npmUnpinned,
  parseOrThrow,
  podFiles,
  podFolders,
  reasonOfTool,
  type Source,
  sourceSchema,
} from '@lockstep/model/internal';
import { createLog } from '../kernel/log.ts';
import { fault, parseFlags } from './flags.ts';

type NpmSource = Extract<Source, { type: 'npm' }>;

/** npm's program, which the image has beside the gateway's. */
const npmProgram = join(import.meta.dirname, 'npm/node_modules/npm/bin/npm-cli.js');

const options = {
  source: { type: 'string', default: podFiles.source },
  into: { type: 'string', default: podFolders.server },
  registry: { type: 'string' },
  npm: { type: 'string', default: npmProgram },
} as const;

/**
 * Installs a locked package and all that it needs into a folder, before the server's container starts. npm checks each
 * archive against the lock, and runs nothing of what it installs. A second run begins anew.
 *
 * @param argv `--registry <url>`, where npm's archives come from.
 * @throws ConfigurationError for a source that can't be installed here, or Error in npm's own words.
 */
export async function installPackage(argv: readonly string[]): Promise<void> {
  const { source: path, into, registry, npm } = parseFlags('install', argv, options);
  if (!registry) throw fault('--registry', 'is missing; give the address of the registry to install from.');
  const source = await readSource(path);
  const project = npmProject({ dependencies: { [source.package]: source.version } }, source.lockfile);
  for (const [name, text] of Object.entries(project)) await writeFile(join(into, name), text);
  // The root file system is read-only, and the archives aren't needed again.
  const scratch = await mkdtemp(join(podFolders.temporary, 'lockstep-npm-'));
  try {
    await runNpm(npm, source, { into, registry, scratch });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  createLog('info').info(`${source.package} ${source.version} is installed, as the lock pins it.`);
}

async function readSource(path: string): Promise<NpmSource> {
  const source = parseOrThrow(sourceSchema, JSON.parse(await readFile(path, 'utf8')), path);
  if (source.type !== 'npm') {
    throw fault(path, `is of the type ${source.type}, and only npm is in this image; run it from an image.`);
  }
  const [unpinned] = npmUnpinned(source);
  if (unpinned === undefined) return source;
  throw fault(
    path,
    `has no integrity for ${unpinned}; run it from an image, or lock a release that has one.`,
  );
}

/** Whatever else npm needs, such as a proxy or a token for the registry, it takes from the container's variables. */
function runNpm(
  npm: string,
  source: NpmSource,
  { into, registry, scratch }: Readonly<Record<'into' | 'registry' | 'scratch', string>>,
): Promise<void> {
  const env = {
    ...process.env,
    HOME: scratch,
    npm_config_cache: join(scratch, 'cache'),
    npm_config_registry: registry,
  };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [npm, ...npmCiArguments, ...npmAlways],
      { cwd: into, env },
      (error, stdout, stderr) => {
        if (error === null) return resolve();
        const why = reasonOfTool(stderr || stdout || error.message);
        reject(new Error(`npm can't install ${source.package} ${source.version}: ${why}.`, { cause: error }));
      },
    );
  });
}
