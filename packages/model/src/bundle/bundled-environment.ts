import type { Environment } from '../environment/environment.ts';
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

/** The bundle of an environment: the one that it came from, or one that is made of its rules. */
export function bundleOf(environment: Environment | BundledEnvironment): Bundle {
  return 'bundle' in environment ? environment.bundle : makeBundle(environment);
}

/** What an environment permits, whether it was declared with rules or came from a bundle. */
export function tableOf(environment: Environment | BundledEnvironment): PermissionTable {
  return 'table' in environment ? environment.table : permissionTable(environment);
}
