/** Values that only say that something goes here. */
const words =
  /^(?:|null|nil|none|undefined|true|false|yes|no|on|off|string|number|boolean|bool|object|array|any|unknown|text|required|optional|missing|invalid|expired|empty|unset|hidden|redacted|masked|revoked|omitted|default|example|placeholder|todo|tbd|n\/a|change-?_?me|replace-?_?me|dummy|await|new|this|self|your[-_ ].{1,60}|my[-_](?:token|key|secret|password)|insert[-_].{1,60})$/i;

/** Beginnings of values that are filled in later: `${…}`, `$TOKEN`, `<token>`, `{{ token }}`, `%TOKEN%`, `***`. */
const filledIn =
  /^(?:\$\{|\$\(|\$[A-Za-z_]|<[^<>]{1,60}>|\{\{?[^{}]{0,60}\}|%[A-Za-z_]{2,60}%|\[[a-z]{3,20}\]|\*{3}|\.{3}|\u2026|\u2022{2}|[xX]{4,64}$)/;

/** A reference to a secret (`mount/path#field`), a digest, or a member of an object in code. */
const pointing =
  /^(?:[A-Za-z0-9._-]{1,128}(?:\/[A-Za-z0-9._-]{1,128}){1,16}#[A-Za-z0-9._-]{1,128}|sha(?:1|256|384|512)[:-][A-Za-z0-9+/=]{20,128}|[A-Za-z_$][A-Za-z_$]{0,63}(?:\.[A-Za-z_$]{1,64}){1,8})$/;

/**
 * Whether a value only stands for a secret or points to one.
 *
 * @example
 * isPlaceholder('${TOKEN}'); // true
 * isPlaceholder('mcp/github#token'); // true
 */
export function isPlaceholder(value: string): boolean {
  if (filledIn.test(value)) return true;
  return value.length <= 2500 && (words.test(value) || pointing.test(value));
}
