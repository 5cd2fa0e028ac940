import { z } from 'zod';
import { compileCondition } from '../condition/compile.ts';
import type { Release } from '../lock/schema.ts';
import { principalSchema } from '../principal.ts';
import { localRolesSchema, roleName } from '../role.ts';
import type { Servers } from '../server.ts';

/** The decision per access class. */
export const profileSchema = z.enum(['dev', 'staging', 'prod']);
/**
 * The decisions that an environment starts from, by access class. `dev` allows reads and denies the rest. `staging`
 * allows reads and writes, and requires one approval for destructive calls. `prod` allows reads, and requires one
 * approval for writes and two for destructive calls.
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

/** An example of what a rule's environment decides, checked whenever the environment is loaded. */
const exampleSchema = z.strictObject({
  /** The tool, prompt or resource; required only if `tools` is a glob. Default: the one that the rule names. */
  tool: z.string().optional(),
  /** The arguments of the call. Default: none. */
  args: z.record(z.string(), z.json()).default({}),
  /** The caller. Omitted fields are those of a principal called `anybody`, without roles. Default: all left out. */
  principal: principalSchema.partial().default({}),
  /** What the environment must decide on it. */
  expect: z.enum(['allow', 'approve', 'deny']),
});
/**
 * An example of a rule, with every default filled in: a call, and what the environment must decide on it. A program
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
  /** Identifies the rule in tables, refusals, the audit and diffs, so keep it stable. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1–63 lower-case letters, digits or `-`'),
  /** Globs over `server/tool`, `server/prompt:name`, `server/resource:uri`; `*` matches any run of characters. */
  tools: z.union([glob.transform((one) => [one]), z.array(glob).min(1)]),
  /** The rule applies to principals with at least one of these roles. Default: everybody. */
  roles: z.array(roleName).min(1).optional(),
  /** CEL over `args` and `principal` that must be true. Default: always. */
  when: condition.optional(),
  /** `'allow'`, `{ approve: … }` by how many of whom until when, or `{ deny: … }` with what to do instead. */
  decision: z.union(
    [
      z.literal('allow'),
      z.strictObject({
        /** A call waits until so many other humans have approved it. */
        approve: approveSchema,
      }),
      z.strictObject({
        /** The reason, which the caller reads: say what to do instead. */
        deny: z.string().min(1).max(500),
      }),
    ],
    { error: 'must be "allow", { approve: { quorum, approvers, expiry } } or { deny: "the reason" }' },
  ),
  /** Cases that are checked whenever the environment is loaded. Default: none. */
  examples: z.array(exampleSchema).default([]),
});
/**
 * A rule with every default filled in: which tools it covers, for whom, when, and what it decides.
 *
 * @example
 * const denied: readonly Rule[] = environments.prod.rules.filter(
 *   ({ decision }) => typeof decision === 'object' && 'deny' in decision,
 * );
 */
export type Rule = z.output<typeof ruleSchema>;

/** How approvals work in an environment. */
const approvalSettings = z.strictObject({
  /** Roles that decide if a clause names none. Default: `approver`. */
  approvers: z.array(roleName).min(1).default(['approver']),
  /** Seconds until an approval expires, if a clause names no time. Default: 86400, a day. */
  expiry: z
    .int()
    .min(1)
    .max(30 * 86_400)
    .default(86_400),
  /** How many approvals of one principal may wait at once. Default: 20. */
  pendingPerPrincipal: z.int().min(1).max(1000).default(20),
  /** Seconds during which an identical call is refused after a denial. Default: 600. */
  pauseAfterDenial: z.int().min(0).default(600),
  /** Seconds during which an identical call is answered with the record that used the approval. Default: 600. */
  repeatWindow: z.int().min(0).default(600),
});

/** What to hide in recorded arguments, besides sensitive fields and keys that look like secrets. */
const redactionSchema = z.strictObject({
  /** Globs as in rules. */
  tools: z.array(glob).min(1),
  /** JSON pointers (RFC 6901) into the arguments. */
  pointers: z.array(z.string().startsWith('/')).min(1),
});

export const settingsSchema = z.strictObject({
  /** The local user: whoever calls from loopback without a token. Default: a user without roles. */
  local: z
    .strictObject({
      /** The roles of the local user; never `approver`, `auditor` or `admin`. Default: none. */
      roles: localRolesSchema.default([]),
    })
    .prefault({}),
  /** How approvals work. Default: the default of each field. */
  approvals: approvalSettings.prefault({}),
  /** What is hidden in recorded arguments, beyond sensitive fields and secret-looking keys. Default: nothing. */
  redact: z.array(redactionSchema).default([]),
  /** Limits for one request. Default: as each field says. */
  limits: z
    .strictObject({
      /** Bytes of one request's body. Default: 4 MiB. */
      body: z
        .int()
        .min(1024)
        .max(64 * 1024 * 1024)
        .default(4 * 1024 * 1024),
      /** Levels of nesting in one request's body. Default: 64. */
      depth: z.int().min(8).max(512).default(64),
      /** Bytes of one answer of a server. Default: 32 MiB. */
      result: z
        .int()
        .min(1024)
        .max(256 * 1024 * 1024)
        .default(32 * 1024 * 1024),
    })
    .prefault({}),
});
/** The parsed settings of an environment. */
export type Settings = z.output<typeof settingsSchema>;

export const environmentSchema = z.strictObject({
  /** What is decided where no rule decides. */
  profile: profileSchema,
  /** Which release of the lock each server runs; every server needs one. */
  releases: z.record(z.string(), z.string()),
  /** Ordered: the first clause that matches wins, and all rules come before the profile. Default: none. */
  rules: z.array(ruleSchema).default([]),
  /** How approvals go, what is hidden in records, what bounds requests. Default: as each field says. */
  settings: settingsSchema.prefault({}),
});
/**
 * One environment, as a person declares it.
 *
 * @example
 * const dev: EnvironmentInput = {
 *   profile: 'dev',
 *   releases: { files: '2026.7.4' },
 *   rules: [{ name: 'writers', tools: 'files/write_file', roles: ['writer'], decision: 'allow' }],
 * };
 *
 * const prod: EnvironmentInput = {
 *   profile: 'prod',
 *   releases: { files: '2026.7.4' },
 *   rules: [
 *     {
 *       name: 'reports',
 *       tools: 'files/*',
 *       roles: ['writer'],
 *       when: 'has(args.path) && pathUnder(args.path, "reports")',
 *       decision: { approve: { quorum: 2, approvers: ['editor'], expiry: 4 * 3600 } },
 *       examples: [
 *         {
 *           tool: 'files/write_file',
 *           args: { path: 'reports/may.md' },
 *           principal: { issuer: 'lockstep:token', subject: 'ci', owner: 'ada@example.com', roles: ['writer'] },
 *           expect: 'approve',
 *         },
 *       ],
 *     },
 *     { name: 'no-moves', tools: 'files/move_file', decision: { deny: 'copy the file instead' } },
 *   ],
 *   settings: {
 *     local: { roles: ['writer'] },
 *     approvals: {
 *       approvers: ['approver'],
 *       expiry: 24 * 3600,
 *       pendingPerPrincipal: 20,
 *       pauseAfterDenial: 600,
 *       repeatWindow: 600,
 *     },
 *     redact: [{ tools: ['files/write_file'], pointers: ['/content'] }],
 *     limits: { body: 4 * 1024 * 1024, depth: 64, result: 32 * 1024 * 1024 },
 *   },
 * };
 */
export type EnvironmentInput = z.input<typeof environmentSchema>;

/**
 * One complete environment: its servers, the release that it pins for each, and what it permits. Plain data.
 *
 * @example
 * const { name, profile, servers, releases, rules, settings }: Environment = environments.prod;
 * const pinned = Object.entries(releases).map(([server, { label }]) => `${server} ${label}`);
 */
export interface Environment {
  /** Its name: the key under which it is declared. */
  readonly name: string;
  /** What is decided where no rule decides. */
  readonly profile: ProfileName;
  /** Every environment has every server. Sorted by name. */
  readonly servers: Servers;
  /** By server, sorted. */
  readonly releases: Readonly<Record<string, { readonly label: string; readonly release: Release }>>;
  /** In the order in which they are tried, with every default filled in. */
  readonly rules: readonly Rule[];
  /** With every default filled in. */
  readonly settings: Settings;
}
