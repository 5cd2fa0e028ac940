// Joins OCI archives of one image for several processors into one archive, whose index names them all.
//
//   node scripts/image/join.ts OUT ARCHIVE...
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const indexType = 'application/vnd.oci.image.index.v1+json';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const [out, ...archives] = process.argv.slice(2);
if (out === undefined || archives.length === 0) {
  console.error('join: give the archive to write, and those to join.');
  process.exit(2);
}
const layout = mkdtempSync(join(tmpdir(), 'lockstep-join-'));
try {
  const manifests = archives.map((archive) => {
    // Blobs are named by their content, so those of several images can lie in one folder.
    execFileSync('tar', ['-xf', resolve(archive), '-C', layout]);
    return withPlatform(archive);
  });
  const index = writeBlob({ schemaVersion: 2, mediaType: indexType, manifests });
  write('index.json', { schemaVersion: 2, mediaType: indexType, manifests: [index] });
  execFileSync('tar', ['-cf', resolve(out), '-C', layout, 'oci-layout', 'index.json', 'blobs']);
  console.log(index.digest);
} catch (error) {
  console.error(`join: ${(error as Error).message}`);
  process.exitCode = 2;
} finally {
  rmSync(layout, { recursive: true, force: true });
}

/** What the archive that was unpacked last holds, and for which platform its configuration says that it is. */
function withPlatform(archive: string) {
  const { manifests } = read<{ manifests: Descriptor[] }>('index.json');
  const [image] = manifests;
  if (image === undefined || manifests.length > 1 || image.mediaType === indexType) {
    throw new Error(`${archive} must hold one image for one processor; build it with \`npm run image\`.`);
  }
  const { mediaType, digest, size } = image;
  const { config } = read<{ config: Descriptor }>(blobPath(digest));
  const { os, architecture, variant } = read<Record<string, string>>(blobPath(config.digest));
  return { mediaType, digest, size, platform: { architecture, os, ...(variant && { variant }) } };
}

function writeBlob(content: object): Descriptor {
  const text = JSON.stringify(content);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  writeFileSync(join(layout, blobPath(digest)), text);
  return { mediaType: indexType, digest, size: Buffer.byteLength(text) };
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(join(layout, path), 'utf8')) as T;
}

function write(path: string, content: object): void {
  writeFileSync(join(layout, path), JSON.stringify(content));
}
