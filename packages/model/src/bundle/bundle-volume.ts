import { gunzipSync, gzipSync } from 'fflate';
import { sha256 } from '../canonical.ts';
import { ConfigurationError, throwIfAny } from '../errors.ts';
import { compareText } from '../order.ts';
import type { Bundle } from './bundle.ts';

/** How many ConfigMaps hold tables, and how many hold releases. Fixed, so that a new server changes no volume. */
export const shardCount = 8;

/** The limit for the values of one ConfigMap together, in bytes. Source: Kubernetes, "ConfigMap object". */
const maxConfigMapBytes = 1024 * 1024;

/** Names in the volume that no server's tool can have: server names start with a letter. */
export const volumeFiles = { config: '_gateway.json', deployment: '_deployment.json' } as const;

/** A bundle as the data of ConfigMaps that form one volume. */
interface BundleVolume {
  /** `gateway.json`. The deployment file stands beside it. */
  readonly config: Readonly<Record<string, string>>;
  /** `<server>.<tool>`, `_prompts.<server>`, `_resources.<server>`: text that people read. */
  readonly tables: readonly Readonly<Record<string, string>>[];
  /** `_release.<server>`: gzip, base64. */
  readonly releases: readonly Readonly<Record<string, string>>[];
}

/**
 * Spreads a bundle over a fixed number of ConfigMaps. The same bundle gives the same bytes, and a change to one tool
 * changes only that tool's key and its hash.
 *
 * @throws ConfigurationError if it doesn't fit.
 */
export function packBundle(bundle: Bundle): BundleVolume {
  const config: Record<string, string> = {};
  const tables = emptyShards();
  const releases = emptyShards();
  for (const [path, text] of bundle.files) {
    const key = keyOf(path);
    const server = serverOf(path);
    if (server === undefined) config[key] = text;
    else if (path.startsWith('releases/')) shardOf(releases, server)[key] = compress(text);
    else shardOf(tables, server)[key] = text;
  }
  throwIfAny(
    [
      { of: [config], what: 'gateway.json' },
      { of: tables, what: 'the permission table' },
      { of: releases, what: 'the releases' },
    ]
      .flatMap(({ of, what }) => of.map((data) => ({ data, what })))
      .filter(({ data }) => sizeOf(data) > maxConfigMapBytes)
      .map(({ data, what }) => ({
        path: 'bundle',
        message: `a ConfigMap can't hold ${what} of ${serversIn(data)} (${sizeOf(data)} bytes, at most ${maxConfigMapBytes}); lock fewer tools, or split this environment into two.`,
      })),
  );
  return { config, tables, releases };
}

/**
 * The inverse of {@link packBundle}: turns a volume's files by name into the bundle's files by path.
 *
 * @throws ConfigurationError for an unknown file or one that can't be read.
 */
export function unpackBundle(files: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  const decoder = new TextDecoder();
  const found = new Map<string, string>();
  for (const [name, bytes] of files) {
    if (name === volumeFiles.deployment) continue;
    found.set(pathOf(name), name.startsWith('_release.') ? decompress(name, bytes) : decoder.decode(bytes));
  }
  return found;
}

const prefixes = { '_prompts.': 'prompts/', '_resources.': 'resources/' } as const;

function keyOf(path: string): string {
  if (path === 'gateway.json') return volumeFiles.config;
  const [folder = '', ...rest] = path.split('/');
  const name = rest.join('/');
  if (folder === 'table') return name;
  return folder === 'releases' ? `_release.${name.slice(0, -'.json'.length)}` : `_${folder}.${name}`;
}

function pathOf(name: string): string {
  if (name === volumeFiles.config) return 'gateway.json';
  if (name.startsWith('_release.')) return `releases/${name.slice('_release.'.length)}.json`;
  for (const [prefix, folder] of Object.entries(prefixes)) {
    if (name.startsWith(prefix)) return folder + name.slice(prefix.length);
  }
  return `table/${name}`;
}

/** The server that a file is about; undefined for `gateway.json`. */
function serverOf(path: string): string | undefined {
  const [folder, name] = path.split('/', 2);
  if (name === undefined) return undefined;
  return folder === 'table' || folder === 'releases' ? name.split('.', 1)[0] : name;
}

function emptyShards(): Record<string, string>[] {
  return Array.from({ length: shardCount }, () => ({}));
}

function shardOf(shards: Record<string, string>[], server: string): Record<string, string> {
  const number =
    Number.parseInt(sha256(server).slice('sha256:'.length, 'sha256:'.length + 8), 16) % shardCount;
  return shards[number] as Record<string, string>;
}

function compress(text: string): string {
  // Node's own gzip gives different bytes in different versions, so a preview would show changes where there are none.
  return Buffer.from(gzipSync(new TextEncoder().encode(text), { level: 9, mtime: 0 })).toString('base64');
}

function decompress(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder().decode(gunzipSync(bytes));
  } catch {
    throw new ConfigurationError([
      { path: name, message: "can't be decompressed; deploy the bundle again." },
    ]);
  }
}

function sizeOf(data: Readonly<Record<string, string>>): number {
  return Object.entries(data).reduce((sum, [key, value]) => {
    const bytes = key.startsWith('_release.') ? Math.ceil((value.length * 3) / 4) : Buffer.byteLength(value);
    return sum + bytes;
  }, 0);
}

function serversIn(data: Readonly<Record<string, string>>): string {
  const names = Object.keys(data)
    .filter((key) => key !== volumeFiles.config)
    .map((key) => (key.startsWith('_') ? key.split('.')[1] : key.split('.')[0]) ?? '');
  const servers = [...new Set(names)].toSorted(compareText);
  return servers.length === 0 ? 'all servers' : servers.join(', ');
}
