import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { TokenFileEntry } from '@lockstep/gateway';
import { parseOrThrow } from '@lockstep/model/internal';
import { codeOf, Failure } from '../failure.ts';

/**
 * Adds an entry to a token file, in one go. It holds hashes only, and nothing that must be kept from readers.
 *
 * @param shown the file as a person gave it.
 * @throws Failure where it is no token file, and ConfigurationError where it couldn't be one with this entry; it stays
 *   as it is.
 */
export async function addToTokenFile(path: string, shown: string, entry: TokenFileEntry): Promise<void> {
  const { tokenFileSchema } = await import('@lockstep/gateway');
  const entries = parseOrThrow(tokenFileSchema, [...readEntries(path, shown), entry], shown);
  const aside = `${path}.${process.pid}.tmp`;
  writeFileSync(aside, `${JSON.stringify(entries, null, 2)}\n`);
  renameSync(aside, path);
}

function readEntries(path: string, shown: string): unknown[] {
  try {
    const entries: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (Array.isArray(entries)) return entries;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    if (!(error instanceof SyntaxError)) {
      throw new Failure(`${shown} can't be read (${codeOf(error)}); correct its permissions.`, {
        cause: error,
      });
    }
  }
  throw new Failure(`${shown} is no token file, which is a JSON array; name another file.`);
}
