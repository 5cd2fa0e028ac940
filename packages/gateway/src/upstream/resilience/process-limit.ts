import { UpstreamError } from '../transport/transport.ts';

/** Limits how many processes of one server run at once. */
interface ProcessLimit {
  /**
   * Waits for room, and ends the idlest process if there is none.
   *
   * @param evicting whether it may end another process for this.
   * @returns a function to call once the process has ended.
   * @throws UpstreamError `busy` if every process is in use.
   */
  take(evicting: boolean): Promise<() => void>;
  used(): number;
}

/** @param evict ends the idlest process and settles when it has ended; undefined if none is idle. */
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
          throw new UpstreamError('busy', `${count}; \`processes.max\` is the limit`);
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
