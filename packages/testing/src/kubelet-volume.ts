import { chmod, mkdir, mkdtemp, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * Writes files into a folder as the kubelet does for a ConfigMap, a Secret or a projected volume: into a new folder,
 * to which the link `..data` is switched atomically, with a link beside it for each file.
 *
 * @param mode the files' mode. Default: 0644, as in Kubernetes.
 */
export async function writeVolume(
  folder: string,
  files: ReadonlyMap<string, string | Uint8Array>,
  mode = 0o644,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const before = await readlink(join(folder, '..data')).catch(() => undefined);
  const state = await mkdtemp(join(folder, '..2026_11_21_15_00_00.'));
  await chmod(state, 0o755);
  for (const [name, content] of files) await writeFile(join(state, name), content, { mode });
  // Relative, so that the folder can be mounted elsewhere.
  await symlink(basename(state), join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  const links = (await readdir(folder)).filter((name) => !name.startsWith('..'));
  for (const name of files.keys()) {
    if (!links.includes(name)) await symlink(join('..data', name), join(folder, name));
  }
  for (const name of links) if (!files.has(name)) await rm(join(folder, name));
  if (before !== undefined) await rm(join(folder, before), { recursive: true, force: true });
}

/** The files of ConfigMaps in a volume; `binary` holds their `binaryData`. */
export function volumeFilesOf(
  data: readonly Readonly<Record<string, string>>[],
  binary: readonly Readonly<Record<string, string>>[] = [],
): Map<string, Uint8Array> {
  const text = data.flatMap((map) => Object.entries(map));
  const bytes = binary.flatMap((map) => Object.entries(map));
  return new Map([
    ...text.map(([name, value]) => [name, Buffer.from(value)] as const),
    ...bytes.map(([name, value]) => [name, Buffer.from(value, 'base64')] as const),
  ]);
}
