import type { Finding } from '@lockstep/model';
import { isRecord, type Release } from '@lockstep/model/internal';
import type { PinnedRelease } from '../lock/tasks.ts';
import { countOf } from '../view/phrases.ts';
import { unconfirmed } from '../view/unconfirmed.ts';

/** A release that an environment pins and the lock holds. */
export type HeldRelease = PinnedRelease & { readonly release: Release };

/** Tools whose class nobody has confirmed. */
export function checkClasses(releases: readonly HeldRelease[]): Finding[] {
  return releases.flatMap(({ server, label, release }) =>
    unconfirmed(server, release).map((waiting) => ({
      path: `${waiting.tool} ${label}`,
      message: `counts as destructive until a person has confirmed its class; read it and run \`lockstep lock confirm ${waiting.tool} --class ${waiting.class}\`.`,
    })),
  );
}

/** Tools that a model can't tell from others, since they describe themselves in no words, or in another's. */
export function checkDescriptions(releases: readonly HeldRelease[]): Finding[] {
  const bearers = new Map<string, Set<string>>();
  const missing = new Map<string, Finding>();
  for (const { server, label, release } of releases) {
    for (const [name, { definition }] of Object.entries(release.tools)) {
      const tool = `${server}/${name}`;
      const text = typeof definition.description === 'string' ? plain(definition.description) : '';
      if (text !== '') bearers.set(text, (bearers.get(text) ?? new Set()).add(tool));
      else {
        const message =
          'has no description, so that a model has to guess what it does; its makers must add one.';
        missing.set(`${tool} ${label}`, { path: `${tool} ${label}`, message });
      }
    }
  }
  const repeated = [...bearers.values()]
    .map((tools) => [...tools].toSorted())
    .filter((tools) => tools.length > 1)
    .map(([first = '', ...others]) => ({
      path: first,
      message: `has the same description as ${others.join(' and ')}, so that a model can't tell them apart; their makers must say what differs.`,
    }));
  return [...missing.values(), ...repeated];
}

/** Descriptions that differ in white space or case alone don't differ to a reader. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().toLowerCase();
}

/** Tools whose arguments the gateway can't hold to a schema. */
export function checkSchemas(releases: readonly HeldRelease[]): Finding[] {
  return releases.flatMap(({ server, label, release }) =>
    Object.entries(release.tools).flatMap(([name, { definition }]) =>
      looseParts(definition.inputSchema).map((part) => ({
        path: `${server}/${name} ${label}`,
        message: `its \`inputSchema\` isn't strict: ${part}; its makers must mend it.`,
      })),
    ),
  );
}

/** How many tools take arguments that their schema doesn't name, by release. */
export function adviseSchemas(releases: readonly HeldRelease[]): Finding[] {
  return releases.flatMap(({ server, label, release }) => {
    const tools = Object.values(release.tools);
    const open = tools.filter(({ definition }) => !isClosed(definition.inputSchema));
    if (open.length === 0) return [];
    const message = `${open.length} of ${countOf(tools.length, 'tool')} ${tools.length === 1 ? 'takes' : 'take'} arguments that ${tools.length === 1 ? "its schema doesn't" : "their schemas don't"} name; \`additionalProperties: false\` would refuse them.`;
    return [{ path: `${server} ${label}`, message }];
  });
}

/** Keywords whose values are data and not schemas. */
const data = new Set(['const', 'default', 'enum', 'examples']);

/**
 * What keeps the schema of a tool's arguments from being held to strictly, as clauses.
 *
 * @example
 * looseParts({ type: 'array' }); // ['its type is "array" and not "object"']
 */
function looseParts(schema: unknown): string[] {
  if (!isRecord(schema)) return ['it is missing'];
  const { type } = schema;
  const kind =
    type === undefined
      ? 'it has no `type`; it must be "object"'
      : `its type is ${JSON.stringify(type)} and not "object"`;
  return [
    ...(type === 'object' ? [] : [kind]),
    ...remoteReferences(schema, '').map((at) => `${at} refers to another document, which is never fetched`),
  ];
}

/** Whether it says that nothing but the named properties may be given. */
function isClosed(schema: unknown): boolean {
  return (
    isRecord(schema) && (schema.additionalProperties === false || schema.unevaluatedProperties === false)
  );
}

/** Where a schema refers to something outside itself. */
function remoteReferences(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => remoteReferences(item, `${path}/${index}`));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = `${path}/${key}`;
    if (/^\$(dynamic|recursive)?ref$/i.test(key) && typeof item === 'string')
      return item.startsWith('#') ? [] : [at];
    return data.has(key) ? [] : remoteReferences(item, at);
  });
}
