import { UpstreamError } from '../transport/transport.ts';

/** Bounds how many processes of one server run at once. */
interface ProcessLimit {
  /**
   * Waits for room, ending the idlest process where there is none.
   *
   * @param evicting whether others may be ended for it.
   * @returns what to call once the process is gone.
   * @throws UpstreamError `busy` when every process is in use.
   */
  take(evicting: boolean): Promise<() => void>;
  used(): number;
}

/** @param evict ends the idlest process and settles when it is gone; undefined when none is idle. */
export function createProcessLimit(
  server: string,
  max: () => number,
  evict: () => Promise<void> | undefined,
): ProcessLimit {
  const taken = new Set<symbol>();
  return {
    async take(evicting) {
      while (taken.size >= max()) {
        const gone = evicting ? evict() : undefined;
        if (gone === undefined) {
          const count = `all ${max()} processes of ${server} are in use`;
          throw new UpstreamError('busy', `${count}; \`processes.max\` bounds them`);
        }
        await gone;
      }
      const slot = Symbol(server);
      taken.add(slot);
      return () => void taken.delete(slot);
    },
    used: () => taken.size,
  };
}
