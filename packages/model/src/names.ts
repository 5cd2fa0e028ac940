import { z } from 'zod';

/**
 * A server's name: a DNS label that starts with a letter, because Services, URL paths and URI schemes use it.
 * `lockstep` is reserved for the gateway.
 */
export const serverName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be a DNS label: 1–63 lower-case letters, digits or `-`, starting with a letter',
  )
  .refine(
    (name) => name !== 'lockstep',
    "must not be `lockstep`, which is the gateway's own name; choose another",
  );

/** An environment's name, which state folders, namespaces and stacks use. */
export const environmentName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/,
    'must be 1–32 lower-case letters, digits or `-`, starting with a letter',
  );

/** Tool names that clients accept. Source: MCP 2026-07-28, server/tools, "Tool Names". */
export const toolName = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,128}$/, 'must be 1–128 letters, digits, `_`, `.` or `-`');

/** Stands between the server's and the tool's or prompt's name on `/mcp`; server names can't contain it. */
const nameSeparator = '__';

/** The longest tool name that common clients accept. */
export const maxComposedNameLength = 64;

/** `files` + `read_file` → `files__read_file`, the name on the endpoint of all servers. */
export function composeName(server: string, name: string): string {
  return `${server}${nameSeparator}${name}`;
}

/** The inverse of {@link composeName}; undefined for a name that isn't composed. */
export function splitName(composed: string): { server: string; name: string } | undefined {
  const at = composed.indexOf(nameSeparator);
  if (at <= 0) return undefined;
  return { server: composed.slice(0, at), name: composed.slice(at + nameSeparator.length) };
}

/** The kinds of things that decisions are about. */
export type TargetKind = 'tool' | 'prompt' | 'resource';

/** One tool, prompt or resource of one server. For resources, `name` is the URI or the URI template. */
export interface Target {
  readonly server: string;
  readonly kind: TargetKind;
  readonly name: string;
}

/** The text that rules' globs match: `server/tool`, `server/prompt:name`, `server/resource:uri`. */
export function printTarget(target: Target): string {
  return `${target.server}/${target.kind === 'tool' ? '' : `${target.kind}:`}${target.name}`;
}

/** The inverse of {@link printTarget}. Tool names contain no `:`, so they are never ambiguous. */
export function parseTarget(text: string): Target | undefined {
  const slash = text.indexOf('/');
  if (slash <= 0) return undefined;
  const server = text.slice(0, slash);
  const rest = text.slice(slash + 1);
  for (const kind of ['prompt', 'resource'] as const) {
    if (rest.startsWith(`${kind}:`)) return { server, kind, name: rest.slice(kind.length + 1) };
  }
  return rest === '' ? undefined : { server, kind: 'tool', name: rest };
}
