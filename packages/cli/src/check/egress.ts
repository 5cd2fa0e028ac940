import type { Servers } from '@lockstep/model';

/**
 * Where servers may connect to by name without the cluster holding them to it.
 *
 * @example
 * unenforcedEgress(servers); // ['github: api.github.com:443 (unenforced)']
 */
export function unenforcedEgress(servers: Servers): string[] {
  return Object.entries(servers)
    .flatMap(([server, { egress }]) =>
      egress.flatMap((to) =>
        'host' in to && to.unenforced ? [`${server}: ${to.host}:${to.port} (unenforced)`] : [],
      ),
    )
    .toSorted();
}
