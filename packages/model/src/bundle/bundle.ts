import { z } from 'zod';
import { canonicalJson, sha256 } from '../canonical.ts';
import { type Environment, profileSchema, settingsSchema } from '../environment/environment.ts';
import { ConfigurationError, type Finding, parseOrThrow, throwIfAny } from '../errors.ts';
import { checkRelease } from '../lock/release-check.ts';
import { digestSchema, type Release, releaseSchema } from '../lock/schema.ts';
import { environmentName, parseTarget, serverName } from '../names.ts';
import { compareText } from '../order.ts';
import type { PermissionEntry, PermissionTable } from '../permission/clause.ts';
import { permissionTable } from '../permission/table.ts';
import { targetsOf } from '../permission/targets.ts';
import { parseEntries, printEntry } from '../permission/text.ts';
import { serverSchema } from '../server.ts';

/** The version of the bundle's format. The gateway reads this one and the one before. */
const bundleVersion = 1;

/** `gateway.json`: the gateway's configuration, with the hash of every other file of the bundle. */
const gatewayConfigSchema = z.strictObject({
  schemaVersion: z.literal(bundleVersion),
  environment: environmentName,
  profile: profileSchema,
  servers: z.record(serverName, z.strictObject({ definition: serverSchema, release: z.string() })),
  settings: settingsSchema,
  /** SHA-256 of every other file, by its path in the bundle. */
  files: z.record(z.string(), digestSchema),
});

/** The parsed `gateway.json`. */
export type GatewayConfig = z.output<typeof gatewayConfigSchema>;

/** The file that names all others, with their hashes. */
const configFile = 'gateway.json';

/** What the gateway loads: files by path, and the digest of the whole. */
export interface Bundle {
  readonly files: ReadonlyMap<string, string>;
  /** SHA-256 of `gateway.json`, which holds the hashes of all other files. */
  readonly digest: string;
}

/** A bundle after all checks. */
export interface LoadedBundle {
  readonly digest: string;
  readonly config: GatewayConfig;
  readonly table: PermissionTable;
  /** By server. */
  readonly releases: Readonly<Record<string, Release>>;
}

/** Makes the bundle of an environment. The same input gives the same bytes. */
export function makeBundle(environment: Environment): Bundle {
  const others = new Map<string, string>();
  for (const entry of permissionTable(environment).entries) {
    const path = fileOf(entry.target);
    others.set(path, (others.get(path) ?? '') + printEntry(entry));
  }
  for (const [server, { release }] of Object.entries(environment.releases)) {
    others.set(`releases/${server}.json`, `${canonicalJson(release)}\n`);
  }
  const hashes = [...others].map(([path, text]) => [path, sha256(text)]);
  const config: GatewayConfig = {
    schemaVersion: bundleVersion,
    environment: environment.name,
    profile: environment.profile,
    servers: Object.fromEntries(
      Object.entries(environment.releases).flatMap(([server, { label }]) => {
        const definition = environment.servers[server];
        return definition ? [[server, { definition, release: label }]] : [];
      }),
    ),
    settings: environment.settings,
    files: Object.fromEntries(hashes),
  };
  const text = `${JSON.stringify(JSON.parse(canonicalJson(config)), null, 2)}\n`;
  const files = [...others, [configFile, text] as const].toSorted(([a], [b]) => compareText(a, b));
  return { files: new Map(files), digest: sha256(text) };
}

/** The file that holds a target's lines. */
function fileOf(text: string): string {
  const target = parseTarget(text);
  if (!target) throw new Error(`${text} isn't a target`);
  if (target.kind === 'tool') return `table/${target.server}.${target.name}`;
  return `${target.kind === 'prompt' ? 'prompts' : 'resources'}/${target.server}`;
}

/**
 * Reads a bundle, and accepts it only as a whole.
 *
 * @throws ConfigurationError that names every missing, altered or extra file, and everything that doesn't match.
 */
export function loadBundle(files: ReadonlyMap<string, string>): LoadedBundle {
  const text = files.get(configFile);
  if (text === undefined) throw fault(configFile, 'is missing; deploy the whole bundle.');
  const config = parseGatewayConfig(text);
  const expected = new Map(Object.entries(config.files));
  const findings: Finding[] = [];
  for (const [path, hash] of expected) {
    const content = files.get(path);
    if (content === undefined) findings.push({ path, message: 'is missing; deploy the whole bundle.' });
    else if (sha256(content) !== hash) findings.push({ path, message: altered });
  }
  for (const path of files.keys()) {
    if (path !== configFile && !expected.has(path)) {
      findings.push({ path, message: "isn't named in gateway.json; remove it." });
    }
  }
  throwIfAny(findings);
  const releases = loadReleases(files, config);
  const table = loadTable(files, config);
  throwIfAny(checkTable(table, releases));
  return { digest: sha256(text), config, table, releases };
}

const altered = "doesn't match its hash in gateway.json; deploy the bundle again.";

/**
 * Reads `gateway.json` alone; {@link loadBundle} reads it with the files that it names.
 *
 * @throws ConfigurationError that names what is wrong.
 */
export function parseGatewayConfig(text: string): GatewayConfig {
  const json = parseJson(configFile, text);
  const version =
    typeof json === 'object' && json !== null ? (json as { schemaVersion?: unknown }).schemaVersion : 0;
  if (typeof version === 'number' && version > bundleVersion) {
    const message = `bundle version ${version} is newer than this gateway reads (${bundleVersion}); update the gateway.`;
    throw fault(configFile, message);
  }
  return parseOrThrow(gatewayConfigSchema, json, configFile);
}

function loadReleases(files: ReadonlyMap<string, string>, config: GatewayConfig): Record<string, Release> {
  const findings: Finding[] = [];
  const releases = Object.keys(config.servers).map((server) => {
    const path = `releases/${server}.json`;
    const text = files.get(path);
    if (text === undefined) throw fault(path, 'is missing; deploy the whole bundle.');
    const release = parseOrThrow(releaseSchema, parseJson(path, text), path);
    findings.push(...checkRelease(release, path));
    return [server, release] as const;
  });
  throwIfAny(findings);
  return Object.fromEntries(releases);
}

function loadTable(files: ReadonlyMap<string, string>, config: GatewayConfig): PermissionTable {
  const entries: PermissionEntry[] = [];
  for (const [path, text] of files) {
    if (path === configFile || path.startsWith('releases/')) continue;
    try {
      const found = parseEntries(text);
      const stray = found.find((entry) => fileOf(entry.target) !== path);
      if (stray) throw new Error(`${stray.target} doesn't belong here`);
      entries.push(...found);
    } catch (error) {
      throw fault(path, `${(error as Error).message}; make the bundle with this version of lockstep.`);
    }
  }
  return {
    environment: config.environment,
    entries: entries.toSorted((a, b) => compareText(a.target, b.target)),
  };
}

/** The table must cover exactly what the releases contain: a gap would show only much later, as a refusal. */
function checkTable(table: PermissionTable, releases: Readonly<Record<string, Release>>): Finding[] {
  const locked = Object.entries(releases).flatMap(([server, release]) => targetsOf(server, release));
  const classes = new Map(locked.map((target) => [target.text, target.class]));
  const entries = new Set(table.entries.map((entry) => entry.target));
  return [
    ...table.entries
      .filter((entry) => classes.get(entry.target) !== entry.class)
      .map((entry) => ({
        path: fileOf(entry.target),
        message: `${entry.target} doesn't match the release.`,
      })),
    ...locked
      .filter(({ text }) => !entries.has(text))
      .map(({ text }) => ({ path: fileOf(text), message: `${text} is in the release but has no clause.` })),
  ];
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fault(path, "isn't JSON; deploy the bundle again.");
  }
}

function fault(path: string, message: string): ConfigurationError {
  return new ConfigurationError([{ path, message }]);
}
