import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Source, sha256 } from '@lockstep/model/internal';
import { request as httpRequest } from 'undici';
import { z } from 'zod';
import { Failure } from '../kernel/failure.ts';
import { runTool } from './tool.ts';

export type PypiSource = Extract<Source, { type: 'pypi' }>;

/** What to lock: a package, and which version of it. */
interface PypiRequest {
  readonly package: string;
  /** Default: the newest. */
  readonly version?: string;
  /** Which console script. Default: the package's name. */
  readonly bin?: string | undefined;
}

const reportSchema = z.object({
  install: z.array(
    z.object({
      metadata: z.object({ name: z.string(), version: z.string() }),
      requested: z.boolean().optional(),
      download_info: z.object({
        archive_info: z.object({ hashes: z.record(z.string(), z.string()) }).optional(),
      }),
    }),
  ),
});

type Resolved = z.infer<typeof reportSchema>['install'][number];

/** The interpreter that runs pip. */
export const python = 'python3';

/** Resolves a package and all that it needs, each with the hashes of its files, without installing anything. */
export async function lockPypi(request: PypiRequest): Promise<PypiSource> {
  const spec = request.version === undefined ? request.package : `${request.package}==${request.version}`;
  const report = await pip(
    ['install', '--dry-run', '--ignore-installed', '--quiet', '--report', '-', spec],
    `pip can't resolve ${spec}`,
  );
  const { install } = reportSchema.parse(JSON.parse(report));
  const requested = install.find((item) => item.requested === true);
  if (requested === undefined) throw new Failure(`pip resolved ${spec} to something else.`);
  const index = await indexUrl();
  const requirements = await Promise.all(install.map((item) => requirementOf(item, index)));
  return {
    type: 'pypi',
    package: request.package,
    version: requested.metadata.version,
    bin: request.bin ?? request.package,
    requirements: requirements.sort(),
  };
}

/** The hash of the file for this host, and where the index tells them, of the same version's files for others. */
async function requirementOf({ metadata, download_info }: Resolved, index: string): Promise<string> {
  const here = download_info.archive_info?.hashes.sha256;
  if (here === undefined)
    throw new Failure(`pip gives no hash for ${metadata.name} ${metadata.version}; it comes from no index.`);
  const hashes = new Set([here, ...(await hashesOf(metadata.name, here, metadata.version, index))]);
  return [
    `${plainName(metadata.name)}==${metadata.version}`,
    ...[...hashes].sort().map((hash) => `--hash=sha256:${hash}`),
  ].join(' ');
}

/** All files of one version, from the index's own page (PEP 503). Without one, only this host's file is locked. */
async function hashesOf(name: string, known: string, version: string, index: string): Promise<string[]> {
  const url = `${index.replace(/\/+$/, '')}/${plainName(name)}/`;
  try {
    const { statusCode, body } = await httpRequest(url, { headers: { accept: 'text/html' } });
    const files = [...(await body.text()).matchAll(/href="([^"#]+)#sha256=([0-9a-f]{64})"/g)];
    if (statusCode !== 200 || !files.some(([, , hash]) => hash === known)) return [];
    const marks = [`-${version}-`, `-${version}.tar.gz`, `-${version}.zip`];
    return files.flatMap(([, file = '', hash = '']) =>
      marks.some((mark) => file.includes(mark)) ? [hash] : [],
    );
  } catch {
    return [];
  }
}

async function indexUrl(): Promise<string> {
  const configured = process.env.PIP_INDEX_URL;
  if (configured) return configured;
  const listed = await pip(['config', 'get', 'global.index-url'], "pip can't be asked").catch(() => '');
  return listed.trim() || 'https://pypi.org/simple';
}

/** A package's name as indexes and requirements write it. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** The name of an installed tree's folder: equal trees share it. */
export function pypiFolderName(source: PypiSource): string {
  return `pypi-${sha256(source.requirements.join('\n')).slice('sha256:'.length, 'sha256:'.length + 32)}`;
}

/** Installs locked requirements into a virtual environment in an empty folder; every file's hash is checked. */
export async function installPypi(source: PypiSource, folder: string): Promise<void> {
  const purpose = `pip can't install ${source.package} ${source.version}`;
  await runTool(python, ['-m', 'venv', folder], { purpose });
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `${source.requirements.join('\n')}\n`);
  await runTool(
    pypiPython(folder),
    [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--retries=1',
      '--no-deps',
      '--require-hashes',
      '-r',
      requirements,
    ],
    { purpose },
  );
}

/** The interpreter of an installed tree. */
export function pypiPython(folder: string): string {
  return join(folder, 'bin', 'python');
}

/**
 * The console script, for the interpreter to run. It isn't started by itself, since the folder in its first line is
 * the one that it was installed under before that was renamed.
 */
export function pypiScript(source: PypiSource, folder: string): string {
  return join(folder, 'bin', source.bin);
}

async function pip(args: readonly string[], purpose: string): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'lockstep-pip-'));
  try {
    return await runTool(python, ['-m', 'pip', ...args, '--disable-pip-version-check', '--retries=1'], {
      cwd,
      purpose,
    });
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
