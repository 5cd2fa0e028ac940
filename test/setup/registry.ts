import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A package that the registry serves. */
interface Served {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  readonly file: string;
}

/** A registry on loopback. */
export interface Registry extends AsyncDisposable {
  readonly url: string;
  /** Makes a package to be served, and returns its integrity. */
  publish(name: string, version: string): string;
}

/** Starts a registry of packages that hold their manifest alone; its files go into `folder`. */
export async function startRegistry(folder: string): Promise<Registry> {
  const served: Served[] = [];
  const server = createServer(({ url: path = '', headers: { host } }, response) => {
    const file = served.find(({ name, version }) => path === `/${name}/-/${name}-${version}.tgz`)?.file;
    if (file !== undefined) return void response.end(readFileSync(file));
    const versions = served.filter(({ name }) => path === `/${name}`);
    if (versions.length === 0) return void response.writeHead(404).end('{}');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(packument(versions, `http://${host}`)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publish(name, version) {
      const source = join(folder, `${name}-${version}`);
      mkdirSync(join(source, 'package'), { recursive: true });
      writeFileSync(join(source, 'package/package.json'), JSON.stringify({ name, version }));
      const file = `${source}.tgz`;
      execFileSync('tar', ['-czf', file, '-C', source, 'package']);
      const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
      served.push({ name, version, integrity, file });
      return integrity;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function packument(versions: readonly Served[], url: string): object {
  const [{ name = '' } = {}] = versions;
  const manifests = versions.map(({ version, integrity }) => [
    version,
    { name, version, dist: { integrity, tarball: `${url}/${name}/-/${name}-${version}.tgz` } },
  ]);
  return {
    name,
    'dist-tags': { latest: versions.at(-1)?.version },
    versions: Object.fromEntries(manifests),
  };
}
