import { isRecord } from '@lockstep/model/internal';

/** Folds case as Unicode does: `LOCKſTEP/` reads like ours too. */
const own = /^lockstep\//iu;
const mayHoldOwn = /lockstep\//iu;

/**
 * Servers must not speak in the gateway's name: drops its keys from every `_meta` inside, however deep and however
 * they are spelled. Whatever holds none comes back as it is.
 *
 * @param text the value as JSON, where it is known already.
 * @throws RangeError for what nests deeper than JSON can be written.
 */
export function withoutOwnMeta<T>(value: T, text: string | undefined = JSON.stringify(value)): T {
  return text !== undefined && mayHoldOwn.test(text) ? (strip(value) as T) : value;
}

/** Drops the gateway's keys from an object itself. */
export function withoutOwnKeys(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(value);
  const kept = entries.filter(([key]) => !own.test(key));
  return kept.length === entries.length ? value : Object.fromEntries(kept);
}

/** Copies only what changes: numbers beyond a double are objects that can't be copied. */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(strip);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => {
    const stripped = strip(member);
    return [key, key === '_meta' && isRecord(stripped) ? withoutOwnKeys(stripped) : stripped];
  });
  return entries.some(([key, member]) => member !== value[key]) ? Object.fromEntries(entries) : value;
}
