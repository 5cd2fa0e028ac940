import { on } from 'node:events';
import { appendFileSync, existsSync, renameSync, statSync, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { codeOf } from '../kernel/failure.ts';

/** Bytes after which a file is set aside and another begun; the one before that goes. */
const maxBytes = 10 * 1024 * 1024;

/** Where the file goes that was full. */
function asideOf(path: string): string {
  return path.replace(/\.jsonl$/, '.1.jsonl');
}

/**
 * Appends lines to a log file that only its owner can read. At most two files of 10 MiB are kept.
 *
 * @param onFailed told once when the file can't be written; the lines are dropped from then on.
 * @returns what appends a line, with its end.
 */
export function openLogFile(path: string, onFailed: (code: string) => void): (line: string) => void {
  let size = existsSync(path) ? statSync(path).size : 0;
  let failed = false;
  return (line) => {
    if (failed) return;
    try {
      if (size > maxBytes) {
        renameSync(path, asideOf(path));
        size = 0;
      }
      appendFileSync(path, line, { mode: 0o600 });
      size += Buffer.byteLength(line);
    } catch (error) {
      failed = true;
      onFailed(codeOf(error) ?? String(error));
    }
  };
}

/** The lines of a log, oldest first; none where there is no log. */
export async function readLogLines(path: string): Promise<string[]> {
  const files = await Promise.all([asideOf(path), path].map(readIfThere));
  return files.flatMap((bytes) => linesOf(bytes));
}

/** The same, and then each line as it is appended. */
export async function* followLogLines(path: string): AsyncGenerator<string> {
  // The watcher first, so that nothing is missed between reading and watching.
  const changes = on(watch(dirname(path)), 'change');
  yield* linesOf(await readIfThere(asideOf(path)));
  let seen = 0;
  const added = async () => {
    const bytes = await readIfThere(path);
    const from = bytes.length < seen ? 0 : seen;
    seen = bytes.lastIndexOf('\n') + 1;
    return linesOf(bytes.subarray(from, seen));
  };
  yield* await added();
  for await (const [, name] of changes) if (name === basename(path)) yield* await added();
}

function linesOf(bytes: Buffer): string[] {
  return bytes
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

async function readIfThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
