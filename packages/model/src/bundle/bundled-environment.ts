import type { Environment } from '../environment/environment.ts';
import { type Finding, throwIfAny } from '../errors.ts';
import type { PermissionTable } from '../permission/clause.ts';
import { permissionTable } from '../permission/table.ts';
import { type Bundle, loadBundle, makeBundle } from './bundle.ts';
import { parseBundleFile } from './bundle-file.ts';

/** An environment as its bundle has it. There are no rules in it: whoever made the bundle turned them into the table. */
export interface BundledEnvironment extends Omit<Environment, 'rules'> {
  /** The files that the gateway loads, byte for byte as they were written. */
  readonly bundle: Bundle;
  /** What the bundle permits. */
  readonly table: PermissionTable;
}

/**
 * Reads an environment from the text that `lockstep bundle` wrote, for programs that can't evaluate rules.
 *
 * @throws ConfigurationError that names everything that is missing, altered or doesn't match.
 */
export function environmentOfBundle(text: string): BundledEnvironment {
  const files = parseBundleFile(text);
  const { config, digest, releases, table } = loadBundle(files);
  throwIfAny(checkKeys(text, files, releases));
  const servers = Object.entries(config.servers);
  return {
    name: config.environment,
    profile: config.profile,
    servers: Object.fromEntries(servers.map(([server, { definition }]) => [server, definition])),
    releases: Object.fromEntries(
      servers.flatMap(([server, { release: label }]) => {
        const release = releases[server];
        return release === undefined ? [] : [[server, { label, release }]];
      }),
    ),
    settings: config.settings,
    bundle: { files, digest },
    table,
  };
}

/**
 * Finds texts with a key that is written twice. JSON takes the last of the two, so such a text would show its readers
 * one clause, and deploy another.
 */
function checkKeys(
  text: string,
  files: ReadonlyMap<string, string>,
  releases: Readonly<Record<string, unknown>>,
): Finding[] {
  const read = new Set(Object.keys(releases).map((server) => `releases/${server}.json`));
  const parts = [...files].filter(([path]) => path === 'gateway.json' || read.has(path));
  const repeated = parts.filter(([, part]) => writtenKeys(part) !== countKeys(JSON.parse(part)));
  const whole = writtenKeys(text) === files.size ? [] : ['bundle'];
  return [...whole, ...repeated.map(([path]) => path)].map((path) => ({
    path,
    message:
      'has a key twice, so it shows something else than it deploys; write it again with `lockstep bundle`.',
  }));
}

/** How many keys a JSON text has: its strings that a colon follows. */
function writtenKeys(text: string): number {
  const strings = text.matchAll(/"(?:[^"\\]+|\\.)*"(\s*:)?/g);
  return [...strings].filter(([, colon]) => colon !== undefined).length;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, item) => sum + countKeys(item), own);
}

/** The bundle of an environment: the one that it came from, or one that is made of its rules. */
export function bundleOf(environment: Environment | BundledEnvironment): Bundle {
  return 'bundle' in environment ? environment.bundle : makeBundle(environment);
}

/** What an environment permits, whether it was declared with rules or came from a bundle. */
export function tableOf(environment: Environment | BundledEnvironment): PermissionTable {
  return 'table' in environment ? environment.table : permissionTable(environment);
}
