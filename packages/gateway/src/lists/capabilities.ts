import { version } from '../kernel/version.ts';
import type { Policy } from '../policy/policy.ts';

/** What the gateway calls itself towards clients. */
export const serverInfo = { name: 'lockstep', title: 'Lockstep gateway', version } as const;

interface Where {
  readonly policy: Policy;
  readonly endpoint: string | undefined;
}

function releasesAt({ policy, endpoint }: Where) {
  return [...policy.servers.values()].filter(({ name }) => endpoint === undefined || name === endpoint);
}

/** What the locked releases at an endpoint offer. Pure. */
export function capabilitiesOf(where: Where): Record<string, unknown> {
  const releases = releasesAt(where).map(({ release }) => release);
  const has = (test: (release: (typeof releases)[number]) => boolean) => releases.some(test);
  return {
    tools: { listChanged: true },
    ...(has(({ prompts }) => Object.keys(prompts).length > 0) && { prompts: { listChanged: true } }),
    ...(has(({ resources, resourceTemplates }) => resources || Object.keys(resourceTemplates).length > 0) && {
      resources: { listChanged: true },
    }),
    ...(has(({ completions }) => completions) && { completions: {} }),
  };
}

/** The locked instructions of the servers at an endpoint, each under its name where there are several. Pure. */
export function instructionsOf(where: Where): string {
  const parts = releasesAt(where).flatMap(({ name, release }) =>
    release.instructions === null
      ? []
      : [
          where.endpoint === undefined
            ? `# ${name}\n${release.instructions.text}`
            : release.instructions.text,
        ],
  );
  return parts.join('\n\n');
}
