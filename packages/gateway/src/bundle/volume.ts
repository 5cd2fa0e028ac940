import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '@lockstep/model';
import { type Deployment, parseDeployment, unpackBundle, volumeFiles } from '@lockstep/model/internal';
import type { BundleSource } from './folder.ts';

/**
 * Seconds that a change may take to arrive. ConfigMaps are changed one by one, and the kubelet, which checks about once
 * a minute, may deliver some of them one round before the rest.
 */
const partsTimeoutSeconds = 120;

/** The files of every bundle that change with it. */
const own: readonly string[] = [volumeFiles.config, volumeFiles.deployment];

/** Most files open at once: a bundle has thousands, but a process may have only a thousand descriptors. */
const atOnce = 64;

/**
 * A bundle and its deployment in a volume of ConfigMaps, as `packBundle` made them. Everything is read from one state
 * of the volume: the kubelet writes each state into its own folder and points the link `..data` to it.
 */
export function bundleVolume(folder: string): BundleSource {
  return {
    partsTimeoutSeconds,
    async stamp() {
      const state = await currentState(folder);
      const texts = await Promise.all(own.map((name) => readOne(state, name)));
      return `${state}\n${Buffer.concat(texts)}`;
    },
    async read() {
      const state = await currentState(folder);
      const files = await readFiles(state, await namesIn(state));
      return { files: unpackBundle(files), deployment: readDeployment(files.get(volumeFiles.deployment)) };
    },
  };
}

/** The folder that holds the files; the volume itself if there is no link. */
async function currentState(folder: string): Promise<string> {
  try {
    return await realpath(join(folder, '..data'));
  } catch {
    return folder;
  }
}

/** The files of a folder, without Kubernetes' own, whose names start with a dot. */
async function namesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder).catch(() => []);
  return found.filter((name) => !name.startsWith('.'));
}

async function readFiles(folder: string, names: readonly string[]): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  // One after the other, so that the error always names the same one of several missing files.
  for (const name of own) found.set(name, await readOne(folder, name));
  const waiting = names.filter((name) => !found.has(name)).values();
  const worker = async () => {
    for (const name of waiting) found.set(name, await readOne(folder, name));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return found;
}

async function readOne(folder: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Error(
      code === 'ENOENT'
        ? `${name} isn't in ${folder}; mount the ConfigMaps of the bundle there.`
        : `${name} in ${folder} can't be read (${code}); mount the ConfigMaps of the bundle so that this user can read them.`,
    );
  }
}

function readDeployment(bytes: Uint8Array | undefined): Deployment {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new ConfigurationError([
      { path: volumeFiles.deployment, message: "isn't JSON; deploy the bundle again." },
    ]);
  }
  return parseDeployment(json);
}
