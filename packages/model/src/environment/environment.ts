import { z } from 'zod';
import { compileCondition } from '../condition/compile.ts';
import type { Release } from '../lock/schema.ts';
import { principalSchema } from '../principal.ts';
import { localRolesSchema, roleName } from '../role.ts';
import type { Servers } from '../server.ts';

/** The decision per access class. */
export const profileSchema = z.enum(['dev', 'staging', 'prod']);
/**
 * Which decisions an environment starts from, by access class. `dev` allows reads and denies the rest; `staging` allows
 * reads and writes, and has what is destructive approved; `prod` allows reads, and has writes approved by one and what
 * is destructive by two.
 *
 * @example
 * const profiles: Record<string, ProfileName> = { laptop: 'dev', cluster: 'prod' };
 */
export type ProfileName = z.infer<typeof profileSchema>;

const approveSchema = z.strictObject({
  /** How many other humans must approve. Default: 1. */
  quorum: z.int().min(1).max(10).default(1),
  /** Roles that may approve. Default: the environment's `approvals.approvers`. */
  approvers: z.array(roleName).min(1).optional(),
  /** Seconds until it expires. Default: the environment's `approvals.expiry`. */
  expiry: z
    .int()
    .min(1)
    .max(30 * 86_400)
    .optional(),
});

/** A case that shows what a rule's environment decides; checked whenever the environment is loaded. */
const exampleSchema = z.strictObject({
  /** The tool, prompt or resource; needed only where `tools` is a glob. */
  tool: z.string().optional(),
  args: z.record(z.string(), z.json()).default({}),
  /** Who calls; fields left out are those of an anybody without roles. */
  principal: principalSchema.partial().default({}),
  expect: z.enum(['allow', 'approve', 'deny']),
});
/**
 * An example of a rule, with every default filled in: a call, and what the environment must decide on it. A declaration
 * whose examples don't hold is refused.
 *
 * @example
 * const examples: readonly RuleExample[] = environments.prod.rules.flatMap((rule) => rule.examples);
 */
export type RuleExample = z.output<typeof exampleSchema>;

/** A glob over `server/tool`, `server/prompt:name`, `server/resource:uri`; `*` matches any run of characters. */
const glob = z
  .string()
  .min(1)
  .max(1000)
  .refine(
    (text) => !text.startsWith('!'),
    "a glob can't be negated; put a rule with the exception before it",
  );

const condition = z
  .string()
  .min(1)
  .max(2000)
  .superRefine((text, context) => {
    try {
      compileCondition(text);
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: `\`${text}\` isn't a condition: ${(error as Error).message}`,
      });
    }
  });

const ruleSchema = z.strictObject({
  /** Names the rule in tables, refusals and the audit; stable, so that a diff follows it. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1–63 lower-case letters, digits or `-`'),
  /** Globs over `server/tool`, `server/prompt:name`, `server/resource:uri`; `*` matches any run of characters. */
  tools: z.union([glob.transform((one) => [one]), z.array(glob).min(1)]),
  /** It concerns principals with at least one of these. Default: everybody. */
  roles: z.array(roleName).min(1).optional(),
  /** CEL over `args` and `principal` that must be true. Default: always. */
  when: condition.optional(),
  decision: z.union(
    [
      z.literal('allow'),
      z.strictObject({ approve: approveSchema }),
      z.strictObject({ deny: z.string().min(1).max(500) }),
    ],
    { error: 'must be "allow", { approve: { quorum, approvers, expiry } } or { deny: "the reason" }' },
  ),
  examples: z.array(exampleSchema).default([]),
});
/**
 * A rule with every default filled in: what it is about, for whom, when, and what it decides.
 *
 * @example
 * const denied: readonly Rule[] = environments.prod.rules.filter(
 *   ({ decision }) => typeof decision === 'object' && 'deny' in decision,
 * );
 */
export type Rule = z.output<typeof ruleSchema>;

/** How approvals go in an environment. */
const approvalSettings = z.strictObject({
  /** Who decides where a clause names nobody. */
  approvers: z.array(roleName).min(1).default(['approver']),
  /** Seconds until an approval expires, where a clause names no time. */
  expiry: z
    .int()
    .min(1)
    .max(30 * 86_400)
    .default(86_400),
  /** How many may wait at once per principal. */
  pendingPerPrincipal: z.int().min(1).max(1000).default(20),
  /** Seconds for which an identical call is refused after a human said no. */
  pauseAfterDenial: z.int().min(0).default(600),
  /** Seconds for which an identical call is answered with the record that used the approval. */
  repeatWindow: z.int().min(0).default(600),
});

/** What is hidden in recorded arguments, beyond sensitive fields and secret-looking keys. */
const redactionSchema = z.strictObject({
  /** Globs as in rules. */
  tools: z.array(glob).min(1),
  /** JSON pointers (RFC 6901) into the arguments. */
  pointers: z.array(z.string().startsWith('/')).min(1),
});

export const settingsSchema = z.strictObject({
  /** The local user: who calls from loopback where no authentication is configured. */
  local: z.strictObject({ roles: localRolesSchema.default([]) }).prefault({}),
  approvals: approvalSettings.prefault({}),
  redact: z.array(redactionSchema).default([]),
  /** Bounds on one request. */
  limits: z
    .strictObject({
      /** Bytes of one request's body. */
      body: z
        .int()
        .min(1024)
        .max(64 * 1024 * 1024)
        .default(4 * 1024 * 1024),
      /** Levels of nesting in one request's body. */
      depth: z.int().min(8).max(512).default(64),
      /** Bytes of one answer of a server. */
      result: z
        .int()
        .min(1024)
        .max(256 * 1024 * 1024)
        .default(32 * 1024 * 1024),
    })
    .prefault({}),
});
/** An environment's settings, read. */
export type Settings = z.output<typeof settingsSchema>;

export const environmentSchema = z.strictObject({
  profile: profileSchema,
  /** Which release of the lock each server runs; every server needs one. */
  releases: z.record(z.string(), z.string()),
  /** Ordered; the first clause that matches wins, and all come before the profile's. */
  rules: z.array(ruleSchema).default([]),
  settings: settingsSchema.prefault({}),
});
/**
 * One environment, as a person declares it: see the reference of settings in the docs for each field.
 *
 * @example
 * const dev: EnvironmentInput = {
 *   profile: 'dev',
 *   releases: { files: '2026.7.4' },
 *   rules: [{ name: 'writers', tools: 'files/write_file', roles: ['writer'], decision: 'allow' }],
 * };
 */
export type EnvironmentInput = z.input<typeof environmentSchema>;

/**
 * One environment, whole: the servers, the release of each that it pins, and what it permits. Plain data.
 *
 * @example
 * const prod: Environment = environments.prod;
 * const pinned = Object.entries(prod.releases).map(([server, { label }]) => `${server} ${label}`);
 */
export interface Environment {
  readonly name: string;
  readonly profile: ProfileName;
  /** Every environment has every server. Sorted by name. */
  readonly servers: Servers;
  /** By server, sorted. */
  readonly releases: Readonly<Record<string, { readonly label: string; readonly release: Release }>>;
  readonly rules: readonly Rule[];
  readonly settings: Settings;
}
