import { isRecord } from '@lockstep/model/internal';

/** Folds case as Unicode does, so that `LOCKſTEP/` matches too. */
const own = /^lockstep\//iu;
const mayHoldOwn = /lockstep\//iu;

/**
 * Servers must not speak in the gateway's name, so this drops the gateway's keys from every `_meta`, at any depth and
 * in any spelling. A value without such keys is returned unchanged.
 *
 * @param text the value as JSON, if it is already known.
 * @throws RangeError if the value nests too deeply for JSON.
 */
export function withoutOwnMeta<T>(value: T, text: string | undefined = JSON.stringify(value)): T {
  return text !== undefined && mayHoldOwn.test(text) ? (strip(value) as T) : value;
}

/** Drops the gateway's keys from the object itself. */
export function withoutOwnKeys(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(value);
  const kept = entries.filter(([key]) => !own.test(key));
  return kept.length === entries.length ? value : Object.fromEntries(kept);
}

/** Copies only what changes, because numbers beyond a double are objects that can't be copied. */
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
