import { z } from 'zod';
import { accessClassSchema } from '../access-class.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { serverName, toolName } from '../names.ts';

/** `sha256:` and 64 hexadecimal digits. */
export const digestSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'must be `sha256:` and 64 hexadecimal digits');

/** A definition exactly as the server gave it, including unknown keys: passed on, never copied. */
const definition = z.custom<JsonObject>(isJsonObject, 'must be a JSON object');

const lockedItem = { definition, digest: digestSchema };

const lockedToolSchema = z.strictObject({
  ...lockedItem,
  /** What it can do at worst. Counts only if `reviewed`; until then the tool counts as destructive. */
  class: accessClassSchema,
  /** Who proposed the class: the server's own annotations, the default, or a person. */
  classFrom: z.enum(['annotations', 'default', 'person']),
  /** Whether a person has confirmed the class for exactly this digest. */
  reviewed: z.boolean(),
});
/** A tool in the lock, with its access class. */
export type LockedTool = z.infer<typeof lockedToolSchema>;

const lockedItemSchema = z.strictObject(lockedItem);
/** A prompt or resource template in the lock. */
export type LockedItem = z.infer<typeof lockedItemSchema>;

/** Where the server comes from, pinned so that the same bytes run everywhere. */
export const sourceSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('npm'),
    package: z.string(),
    version: z.string(),
    /** The executable: its path inside the package. */
    bin: z.string(),
    /** The `packages` of an npm lockfile (version 3), with an integrity for each. */
    lockfile: z.custom<Record<string, JsonObject>>(
      (value) => isJsonObject(value) && Object.values(value).every(isJsonObject),
      'must be the `packages` of an npm lockfile',
    ),
  }),
  z.strictObject({
    type: z.literal('pypi'),
    package: z.string(),
    version: z.string(),
    /** The console script. */
    bin: z.string(),
    /** `name==version --hash=sha256:…`, one per line of the requirements file. */
    requirements: z.array(z.string()),
  }),
  z.strictObject({ type: z.literal('command'), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ type: z.literal('image'), reference: z.string(), digest: digestSchema }),
  z.strictObject({ type: z.literal('remote'), url: z.string() }),
]);
/** Where a release comes from. */
export type Source = z.infer<typeof sourceSchema>;

/** One reviewed version of a server: where it comes from and everything that it offers. */
export const releaseSchema = z.strictObject({
  source: sourceSchema,
  /** What the server calls itself: for display, never for deciding. */
  serverInfo: z.strictObject({ name: z.string(), version: z.string() }),
  instructions: z.strictObject({ text: z.string(), digest: digestSchema }).nullable(),
  tools: z.record(toolName, lockedToolSchema),
  prompts: z.record(z.string().min(1), lockedItemSchema),
  /** By URI template. */
  resourceTemplates: z.record(
    z
      .string()
      .min(1)
      .refine((template) => template !== '*', 'must not be `*`, which stands for all resources'),
    lockedItemSchema,
  ),
  /** Whether the server has resources at all. */
  resources: z.boolean(),
  /** Whether the server completes arguments of prompts and templates. */
  completions: z.boolean(),
  /**
   * Reviewed JSON pointers whose values vary by host and are left out of digests, each under
   * `/tools/<name>`, `/prompts/<name>` or `/resourceTemplates/<template>` (names escaped as in RFC 6901).
   */
  ignore: z
    .array(
      z
        .string()
        .regex(
          /^\/(tools|prompts|resourceTemplates)\/[^/]+\/./,
          'must be a JSON pointer to something inside one definition: `/tools/<name>/…`',
        ),
    )
    .default([]),
});
/** A parsed release. */
export type Release = z.infer<typeof releaseSchema>;

/** The version of the lock file's format. */
export const lockVersion = 1;

/** `tools.lock.json`: the releases of each server, by label. */
export const lockSchema = z.strictObject({
  lockVersion: z.literal(lockVersion),
  servers: z.record(
    serverName,
    z.strictObject({ releases: z.record(z.string().min(1).max(64), releaseSchema) }),
  ),
});
/**
 * The tool lock: the releases of each server, with everything that the server offers in each.
 *
 * @example
 * const releasesOf = (lock: Lock, server: string) => Object.keys(lock.servers[server]?.releases ?? {});
 */
export type Lock = z.infer<typeof lockSchema>;
