import { on } from 'node:events';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  renameSync,
  statSync,
  watch,
  writeSync,
} from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { codeOf, sentenceOf } from '../kernel/failure.ts';

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
export function openLogFile(path: string, onFailed: (why: string) => void): (line: string) => void {
  let file: { fd: number; size: number } | undefined;
  let failed = false;
  return (line) => {
    if (failed) return;
    try {
      file ??= openOwn(path);
      if (file.size > maxBytes) {
        closeSync(file.fd);
        renameSync(path, asideOf(path));
        file = openOwn(path);
      }
      file.size += writeSync(file.fd, line);
    } catch (error) {
      failed = true;
      onFailed(codeOf(error) ?? sentenceOf(error));
    }
  };
}

/** Opens a file to append to, through no link. A pipe there would hold up everything until somebody reads it. */
function openOwn(path: string): { fd: number; size: number } {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
  const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  const found = fstatSync(fd);
  if (!found.isFile()) {
    closeSync(fd);
    throw new Error('it is not a file');
  }
  fchmodSync(fd, 0o600);
  return { fd, size: found.size };
}

/** The lines of a log, oldest first; none where there is no log. */
export async function readLogLines(path: string): Promise<string[]> {
  const files = await Promise.all([asideOf(path), path].map(readIfThere));
  return files.flatMap(linesOf);
}

/** The same, and then each line as it is appended. */
export async function* followLogLines(path: string): AsyncGenerator<string> {
  // The watcher first, so that nothing is missed between reading and watching.
  const watcher = watch(dirname(path));
  const changes = on(watcher, 'change');
  let file: FileHandle | undefined;
  let rest = '';
  const added = async (): Promise<string[]> => {
    const lines: string[] = [];
    for (;;) {
      file ??= await openIfThere(path);
      if (file === undefined) return lines;
      // Asked before reading: nothing is appended to a file that was set aside.
      const isSetAside = (await file.stat()).ino !== inodeOf(path);
      const text = rest + (await file.readFile()).toString();
      const end = text.lastIndexOf('\n') + 1;
      lines.push(...linesOf(text.slice(0, end)));
      rest = text.slice(end);
      if (!isSetAside) return lines;
      await file.close();
      file = undefined;
      rest = '';
    }
  };
  try {
    yield* linesOf(await readIfThere(asideOf(path)));
    yield* await added();
    for await (const [, name] of changes) if (name === basename(path)) yield* await added();
  } finally {
    watcher.close();
    await file?.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}
