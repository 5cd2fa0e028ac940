// A registry for npm that has the tree of one release, since the cluster reaches no other. `node npm-registry.ts FOLDER`
// puts the archives of the example's tree into a folder, while this machine still reaches a registry.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import lock from '../../examples/minimal/tools.lock.json' with { type: 'json' };

/** A package of the tree. */
interface Locked {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

const [release] = Object.values(lock.servers.memory.releases);
const tree: readonly Locked[] = Object.entries(release?.source.lockfile ?? {}).flatMap(([path, entry]) => {
  const name = path.replace(/^.*node_modules\//, '');
  return 'integrity' in entry && 'version' in entry ? [{ ...entry, name } as Locked] : [];
});

/** The name that `npm pack` gives to an archive. */
function archiveOf({ name, version }: Locked): string {
  return `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
}

/** Fetches the archives that a folder lacks. */
export function fetchArchives(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const missing = tree.filter((one) => !existsSync(join(folder, archiveOf(one))));
  if (missing.length === 0) return;
  const specs = missing.map(({ name, version }) => `${name}@${version}`);
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', ...new Set(specs)], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Serves the archives of a folder on an address. */
export async function startRegistry(
  host: string,
  folder: string,
): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    const found = tree.filter(({ name }) => name === path);
    if (path.endsWith('.tgz')) return void response.end(readFileSync(join(folder, path)));
    if (found.length === 0) return void response.writeHead(404).end('{}');
    const versions = found.map((one) => {
      const dist = { tarball: `http://${request.headers.host}/${archiveOf(one)}`, integrity: one.integrity };
      return [one.version, { ...one, dist }];
    });
    response.end(JSON.stringify({ name: path, versions: Object.fromEntries(versions) }));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

if (import.meta.main) fetchArchives(process.argv[2] ?? '.');
