import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What the container's runtime sets, not whoever declared the server: values that vary by pod, and folders that each
 * isolation key has of its own.
 */
const ofTheRuntime = /^(HOME|TMPDIR|HOSTNAME|PWD|OLDPWD|SHLVL|_|KUBERNETES_\w*)$/;

/** Of the bridge's own environment, what its server is given: the container is there for it alone. */
export function serverEnvironment(
  host: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(host).flatMap(([name, value]) =>
      value === undefined || ofTheRuntime.test(name) ? [] : [[name, value]],
    ),
  );
}

/** Where a bridge finds what its server must not be quoted with. */
interface HiddenPlaces {
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
