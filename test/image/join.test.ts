import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../../scripts/image/join.ts');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-join-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const typeOf = (what: string) => `application/vnd.oci.image.${what}.v1+json`;

/** Writes an OCI archive with one image for each of the processors. */
function archive(name: string, ...processors: string[]): string {
  const layout = join(folder, name);
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  const blob = (mediaType: string, content: object) => {
    const text = JSON.stringify(content);
    const hash = createHash('sha256').update(text).digest('hex');
    writeFileSync(join(layout, 'blobs/sha256', hash), text);
    return { mediaType, digest: `sha256:${hash}`, size: text.length };
  };
  const manifests = processors.map((architecture) =>
    blob(typeOf('manifest'), { config: blob(typeOf('config'), { os: 'linux', architecture }), layers: [] }),
  );
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  execFileSync('tar', ['-cf', `${layout}.tar`, '-C', layout, '.']);
  return `${layout}.tar`;
}

const joined = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
const readFrom = (file: string, path: string) =>
  JSON.parse(execFileSync('tar', ['-xOf', file, path], { encoding: 'utf8' }));

it('has one index that names the image of each processor, and prints its digest', () => {
  const out = join(folder, 'both.tar');
  const { stdout, status } = joined(out, archive('one', 'amd64'), archive('two', 'arm64'));
  expect(status).toBe(0);
  const { manifests } = readFrom(out, 'index.json');
  expect(manifests).toMatchObject([{ mediaType: typeOf('index'), digest: stdout.trim() }]);
  const index = readFrom(out, `blobs/${stdout.trim().replace(':', '/')}`);
  expect(index.manifests.map(({ platform }: { platform: object }) => platform)).toEqual([
    { architecture: 'amd64', os: 'linux' },
    { architecture: 'arm64', os: 'linux' },
  ]);
  for (const { digest } of index.manifests) readFrom(out, `blobs/${digest.replace(':', '/')}`);
});

it('takes one image from each archive', () => {
  const many = archive('many', 'amd64', 'arm64');
  const { stderr, status } = joined(join(folder, 'out.tar'), many);
  expect(status).toBe(2);
  expect(stderr).toBe(
    `join: ${many} must hold one image for one processor; build it with \`npm run image\`.\n`,
  );
});
