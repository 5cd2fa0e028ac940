import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256 } from '@lockstep/model/internal';
import { syncFolder } from '../keys/secret-file.ts';

/** The file that checkpoints are added to, outside the database. */
export interface CheckpointFile {
  /** SHA-256 of the last line; null while there is none. */
  readonly last: string | null;
  /** Adds a line; it is durable when this answers. */
  add(line: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the file, or creates it; a line that was cut short by a crash is removed. */
export async function openCheckpointFile(path: string): Promise<CheckpointFile> {
  const file = await open(path, 'a+', 0o600);
  await syncFolder(dirname(path));
  const text = await file.readFile('utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole));
  const lines = whole.split('\n').slice(0, -1);
  let last = lines.length === 0 ? null : sha256(lines.at(-1) ?? '');
  return {
    get last() {
      return last;
    },
    async add(line) {
      await file.appendFile(`${line}\n`);
      await file.sync();
      last = sha256(line);
    },
    close: () => file.close(),
  };
}
