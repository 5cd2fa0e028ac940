import type { ArchiveSettings } from '@lockstep/model/internal';
import { type Archive, type ArchiveOptions, startArchive } from './archive.ts';
import { type Bucket, openBucket } from './bucket.ts';

/** The archive that the deployment names, whichever that is now. */
export interface FollowedArchive extends Archive {
  /** Sends to this one from now on, or to none. The same again changes nothing. */
  use(settings: ArchiveSettings | undefined): void;
  /** Attempts that failed since the start. */
  failures(): number;
}

/** Keeps one archive going, and changes over to another when the deployment does. */
export function followArchive(
  options: Omit<ArchiveOptions, 'settings' | 'bucket' | 'onFailure'>,
  open: (settings: ArchiveSettings) => Bucket = openBucket,
): FollowedArchive {
  let named: string | undefined;
  let current: Archive | undefined;
  let turn = Promise.resolve();
  let failed = 0;

  async function changeTo(settings: ArchiveSettings | undefined): Promise<void> {
    // One after the other: both could be sending the same segment.
    await current?.close();
    current =
      settings &&
      startArchive({
        ...options,
        settings,
        bucket: open(settings),
        onFailure() {
          failed += 1;
        },
      });
  }

  return {
    use(settings) {
      const name = settings && JSON.stringify(settings);
      if (name === named) return;
      named = name;
      turn = turn.then(() => changeTo(settings));
    },
    lag: async () => current?.lag() ?? 0,
    failures: () => failed,
    async close() {
      await turn;
      await current?.close();
    },
  };
}
