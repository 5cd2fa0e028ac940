import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file in its own folder whose presence makes a test server misbehave. */
export interface Trigger {
  readonly path: string;
  pull(): void;
  release(): void;
  /** Removes the file and its folder. */
  remove(): void;
}

export function makeTrigger(): Trigger {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-trigger-')));
  const path = join(folder, 'pulled');
  return {
    path,
    pull: () => writeFileSync(path, ''),
    release: () => rmSync(path, { force: true }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
