import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a bridge finds what its server must not be quoted with. */
export interface HiddenPlaces {
  /** Variables that carry secrets. */
  readonly hide: readonly string[];
  /** The folder of the secrets that are files; it may be missing. */
  readonly secretFiles: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The values of a server's secrets as they are now: some are refreshed in their files while the pod runs. */
export async function hiddenValues({ hide, secretFiles, env }: HiddenPlaces): Promise<string[]> {
  const names = await readdir(secretFiles).catch(() => []);
  // Kubernetes' own names start with a dot.
  const files = names.filter((name) => !name.startsWith('.'));
  const texts = await Promise.all(
    files.map((name) => readFile(join(secretFiles, name), 'utf8').catch(() => '')),
  );
  return [...hide.flatMap((name) => env[name] ?? []), ...texts];
}
