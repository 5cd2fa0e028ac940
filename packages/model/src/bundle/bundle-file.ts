import { z } from 'zod';
import { ConfigurationError, parseOrThrow } from '../errors.ts';
import type { Bundle } from './bundle.ts';

const bundleFileSchema = z.record(z.string(), z.string());

/**
 * Prints a bundle as one JSON object: the text of each file by its path, one file a line, so that a change to one tool
 * changes that tool's line and `gateway.json`.
 */
export function printBundleFile({ files }: Bundle): string {
  return `${JSON.stringify(Object.fromEntries(files), null, 2)}\n`;
}

/**
 * The inverse of {@link printBundleFile}: gives a bundle's files by path, for `loadBundle` to check.
 *
 * @throws ConfigurationError if the text isn't such an object.
 */
export function parseBundleFile(text: string): ReadonlyMap<string, string> {
  return new Map(Object.entries(parseOrThrow(bundleFileSchema, parseJson(text), 'bundle')));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const message = "isn't JSON; write it again with `lockstep bundle`.";
    throw new ConfigurationError([{ path: 'bundle', message }]);
  }
}
