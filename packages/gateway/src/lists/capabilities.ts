import { version } from '../kernel/version.ts';
import type { Policy } from '../policy/policy.ts';
import type { Upstreams } from '../upstream/upstreams.ts';

/** How the gateway introduces itself to clients. */
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

/** The locked instructions of the servers that run at an endpoint; if there are several, each under its name. */
export function instructionsOf(where: Where, upstreams: Pick<Upstreams, 'isAbsent'>): string {
  const parts = releasesAt(where).flatMap(({ name, release }) =>
    release.instructions === null || upstreams.isAbsent(name)
      ? []
      : [
          where.endpoint === undefined
            ? `# ${name}\n${release.instructions.text}`
            : release.instructions.text,
        ],
  );
  return parts.join('\n\n');
}
