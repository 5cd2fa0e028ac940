import type { AccessClass } from './access-class.ts';
import { digestOf } from './canonical.ts';
import { defineEnvironments } from './define/environments.ts';
import type { Environment, EnvironmentInput } from './environment/environment.ts';
import { ConfigurationError } from './errors.ts';
import type { JsonObject } from './json.ts';
import { definitionDigest } from './lock/definition.ts';
import type { LockedItem, LockedTool, Release } from './lock/schema.ts';
import { parseTarget, type Target } from './names.ts';
import type { Principal } from './principal.ts';
import { defineServers, type Servers } from './server.ts';

/** A locked tool with a matching digest and a minimal definition. */
export function tool(
  accessClass: AccessClass,
  definition: JsonObject & { name: string },
  reviewed = true,
): LockedTool {
  const whole = { inputSchema: { type: 'object' }, ...definition };
  const digest = definitionDigest(whole, 'tools', definition.name, []);
  return { definition: whole, digest, class: accessClass, classFrom: 'person', reviewed };
}

/** A locked prompt or resource template with a matching digest. */
export function item(definition: JsonObject): LockedItem {
  return { definition, digest: digestOf(definition) };
}

/** A release with these tools, by name, and the given other fields. */
export function release(
  tools: Record<string, AccessClass | LockedTool>,
  rest: Partial<Release> = {},
): Release {
  return {
    source: { type: 'npm', package: '@example/files', version: '1.0.0', bin: 'index.js', lockfile: {} },
    serverInfo: { name: 'example', version: '1.0.0' },
    instructions: null,
    tools: Object.fromEntries(
      Object.entries(tools).map(([name, given]) => [
        name,
        typeof given === 'string' ? tool(given, { name }) : given,
      ]),
    ),
    prompts: {},
    resourceTemplates: {},
    resources: false,
    completions: false,
    ignore: [],
    ...rest,
  };
}

/** A lock with one server, `files`, and these releases. */
export function lockOf(releases: Record<string, Release>): unknown {
  return { lockVersion: 1, servers: { files: { releases } } };
}

/** The server that {@link lockOf} locks. */
export const servers: Servers = defineServers({ files: { run: { npm: '@example/files' } } });

/** The release that most tests pin: one tool of each class, and something of everything else. */
export const filesRelease: Release = release(
  { read_file: 'read', write_file: 'write', delete_file: 'destructive' },
  {
    prompts: { 'sum up': item({ name: 'sum up' }) },
    resourceTemplates: { 'file:///{path}': item({ uriTemplate: 'file:///{path}', name: 'file' }) },
    resources: true,
  },
);

/** One environment over {@link filesRelease}. */
export function environment(
  profile: 'dev' | 'staging' | 'prod',
  rest: Partial<EnvironmentInput> = {},
): Environment {
  const input = { profile, releases: { files: '1.0.0' }, ...rest };
  const lock = lockOf({ '1.0.0': filesRelease });
  return defineEnvironments({ servers, lock, environments: { [profile]: input } })[profile] as Environment;
}

/** A principal with these roles. */
export function principal(...roles: string[]): Principal {
  return { issuer: 'lockstep:token', subject: 'agent', owner: 'ada', roles };
}

/** The target that a text names. */
export function target(text: string): Target {
  const parsed = parseTarget(text);
  if (!parsed) throw new Error(`${text} isn't a target`);
  return parsed;
}

/** What a ConfigurationError says, one `path: message` each. */
export function findingsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.findings.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}
