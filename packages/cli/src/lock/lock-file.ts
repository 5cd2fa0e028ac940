import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Lock } from '@lockstep/model';
import { compareText, lockVersion, parseLock, type Release } from '@lockstep/model/internal';
import { codeOf, Failure, sentenceOf } from '../kernel/failure.ts';

/**
 * Reads a tool lock; one that doesn't exist yet is empty.
 *
 * @param base the folder that paths in messages are relative to.
 */
export function readLock(path: string, base: string): Lock {
  const shown = relative(base, path);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { lockVersion, servers: {} };
    throw new Failure(`${shown} can't be read (${codeOf(error)}); correct its permissions.`, {
      cause: error,
    });
  }
  try {
    return parseLock(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Failure(`${shown} is no JSON: ${sentenceOf(error)}; restore it from Git.`, { cause: error });
  }
}

/** Writes a tool lock in one go, always the same bytes for the same content. */
export function writeLock(path: string, lock: Lock): void {
  const aside = `${path}.${process.pid}.tmp`;
  writeFileSync(aside, printLock(lock));
  renameSync(aside, path);
}

/**
 * Prints a lock: servers, tools, prompts and templates by name, releases by label. Definitions stay as the server
 * gave them, since the order of their fields is what a model sees.
 */
function printLock(lock: Lock): string {
  const servers = mapSorted(lock.servers, ({ releases }) => ({
    releases: Object.fromEntries(
      Object.entries(releases)
        .toSorted(([a], [b]) => compareLabels(a, b))
        .map(([label, release]) => [label, ordered(release)]),
    ),
  }));
  return `${JSON.stringify({ lockVersion: lock.lockVersion, servers }, null, 2)}\n`;
}

function ordered(release: Release): Release {
  const {
    source,
    serverInfo,
    instructions,
    tools,
    prompts,
    resourceTemplates,
    resources,
    completions,
    ignore,
  } = release;
  return {
    source:
      source.type === 'npm' ? { ...source, lockfile: mapSorted(source.lockfile, (entry) => entry) } : source,
    serverInfo,
    instructions,
    tools: mapSorted(tools, ({ class: accessClass, classFrom, reviewed, digest, definition }) => ({
      class: accessClass,
      classFrom,
      reviewed,
      digest,
      definition,
    })),
    prompts: mapSorted(prompts, ({ digest, definition }) => ({ digest, definition })),
    resourceTemplates: mapSorted(resourceTemplates, ({ digest, definition }) => ({ digest, definition })),
    resources,
    completions,
    ignore: [...ignore].sort(),
  };
}

function mapSorted<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(
    Object.entries(record)
      .toSorted(([a], [b]) => compareText(a, b))
      .map(([key, value]) => [key, map(value)]),
  );
}

const collator = new Intl.Collator('en', { numeric: true });

/** Orders labels the way versions are read: 2.9 before 2.10. Numeric-looking keys move first in any object. */
export function compareLabels(a: string, b: string): number {
  return collator.compare(a, b) || compareText(a, b);
}
