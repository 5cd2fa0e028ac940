import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../kernel/failure.ts';
import { type PypiSource, python } from '../packages/pypi.ts';
import { runTool } from '../packages/tool.ts';
import type { Platform } from './platform.ts';

/** The interpreter of Debian 13, which distroless images and others are made of. */
export const defaultPython = '/usr/bin/python3.13';

/** Where the environment lies in the image. */
const home = '/server/venv';

/** The newest glibc whose wheels are taken: Debian 13's. */
const maxGlibcMinor = 41;
/** The oldest that wheels name by its number; `manylinux2014` stands for those before. */
const minGlibcMinor = 17;

/**
 * Installs locked requirements as a virtual environment for the interpreter of an image, which needn't be this
 * host's. Only wheels are taken: to build from source would run what a package brings along.
 *
 * @param interpreter its path in the image, such as `/usr/bin/python3.13`.
 * @throws Failure in pip's words, also where a requirement has no wheel for the platform.
 */
export async function installVenv(
  source: PypiSource,
  folder: string,
  platform: Platform,
  interpreter: string,
): Promise<void> {
  const version = pythonVersion(interpreter);
  const requirements = join(folder, 'requirements.txt');
  const packages = join(folder, 'venv', 'lib', `python${version}`, 'site-packages');
  const programs = join(folder, 'venv', 'bin');
  await mkdir(packages, { recursive: true });
  await writeFile(requirements, `${source.requirements.join('\n')}\n`);
  await runTool(
    python,
    [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes'],
      ...['--only-binary', ':all:', '--implementation', 'cp', '--python-version', version],
      ...platformTags(platform).flatMap((tag) => ['--platform', tag]),
      // Compiled files hold the time at which they were written.
      ...['--no-compile', '--target', packages, '--requirement', requirements],
    ],
    { purpose: `pip can't install ${source.package} ${source.version} for ${platform.name}` },
  );
  await rename(join(packages, 'bin'), programs);
  await adopt(programs);
  await symlink(interpreter, join(programs, 'python'));
  await writeFile(
    join(folder, 'venv', 'pyvenv.cfg'),
    `home = ${dirname(interpreter)}\ninclude-system-site-packages = false\nversion = ${version}\n`,
  );
  await rm(requirements);
}

/** The version in an interpreter's name. */
export function pythonVersion(interpreter: string): string {
  const version = /^python(\d+\.\d+)$/.exec(basename(interpreter))?.[1];
  if (version !== undefined && interpreter.startsWith('/')) return version;
  throw new Failure(
    `--python ${interpreter} doesn't tell its version; give the whole path in the image, such as /usr/bin/python3.13.`,
  );
}

/** pip takes each tag by itself, the newest first. */
function platformTags({ machine }: Platform): string[] {
  const tags = [`manylinux2014_${machine}`];
  for (let minor = minGlibcMinor; minor <= maxGlibcMinor; minor += 1)
    tags.unshift(`manylinux_2_${minor}_${machine}`);
  return tags;
}

/** Scripts name this host's interpreter in their first line. */
async function adopt(programs: string): Promise<void> {
  for (const name of await readdir(programs)) {
    const path = join(programs, name);
    const script = await readFile(path, 'latin1');
    if (script.startsWith('#!')) {
      await writeFile(path, script.replace(/^.*/, `#!${home}/bin/python`), 'latin1');
    }
  }
}
