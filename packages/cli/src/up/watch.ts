import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Time without another change after which a change counts as done: editors and Git write in steps. */
const quietMs = 150;

/** Follows files that people edit. */
interface FileWatch {
  /** Follows these files from now on. */
  follow(files: readonly string[]): void;
  close(): void;
}

/**
 * Calls `onChange` some time after any of the files has changed. Folders are watched, not files, since editors replace
 * a file by another of its name.
 */
export function watchFiles(onChange: () => void): FileWatch {
  let watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const close = (all: readonly FSWatcher[]) => {
    for (const watcher of all) watcher.close();
  };
  return {
    follow(files) {
      if (closed) return;
      // The old ones end later: what they have seen but not told yet would be lost.
      setTimeout(close, quietMs, watchers);
      watchers = [];
      for (const [folder, watched] of Map.groupBy(files, dirname)) {
        const names = new Set(watched.map((file) => basename(file)));
        try {
          const watcher = watch(folder, (_, name) => {
            if (closed || (name !== null && !names.has(name))) return;
            clearTimeout(timer);
            timer = setTimeout(onChange, quietMs);
          });
          // A folder that goes away is said by the next load.
          watcher.on('error', () => watcher.close());
          watchers.push(watcher);
        } catch {
          // It can't be watched: the next start reads it.
        }
      }
    },
    close() {
      closed = true;
      clearTimeout(timer);
      close(watchers);
    },
  };
}
