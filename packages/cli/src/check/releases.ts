import type { Finding } from '@lockstep/model';
import type { Release } from '@lockstep/model/internal';
import type { PinnedRelease } from '../lock/tasks.ts';
import { countOf } from '../view/count.ts';
import { unconfirmed } from '../view/unconfirmed.ts';
import { isClosed, looseParts } from './schema.ts';

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
    const message = `${open.length} of ${countOf(tools.length, 'tool')} take arguments that their schemas don't name; \`additionalProperties: false\` would refuse them.`;
    return [{ path: `${server} ${label}`, message }];
  });
}
