import { findSecrets } from './find-secrets.ts';
import { isPlaceholder } from './placeholder.ts';
import { isSecretField, mayBeSecret } from './secret-name.ts';

/** A value and the name that it goes by; an empty name says nothing. */
interface Named {
  readonly name: string;
  readonly value: string;
}

/**
 * Whether what a person wrote under this name into a program or a manifest is something like a secret.
 *
 * @example
 * isWrittenSecret('DB_PASSWORD', 'hunter2'); // true
 * isWrittenSecret('DB_PASSWORD', '${secret:DB_PASSWORD}'); // false
 */
export function isWrittenSecret(name: string, value: string): boolean {
  if (isPlaceholder(value) || /^--?[A-Za-z]/.test(value)) return false;
  if (isSecretField(name, value) || findSecrets(value).length > 0) return true;
  // `SORT_KEY: 'name'` is none: a name that only suggests one wants a value that no person made up.
  return (
    mayBeSecret(name, value) &&
    /^(?=.*\d)(?=.*[A-Za-z])[\w+/=.~-]{20,}$/.test(value.replace(/^bearer\s+/i, ''))
  );
}

/**
 * Each argument of a command with the flag that it belongs to: `--key=value`, or `--key` and then `value`.
 *
 * @example
 * namedArguments(['--token', 'abc']); // [{ name: '', value: '--token' }, { name: '--token', value: 'abc' }]
 */
export function namedArguments(args: readonly string[]): readonly Named[] {
  return args.map((arg, index) => {
    const inline = /^(-[^=]*)=(.*)$/s.exec(arg);
    if (inline !== null) return { name: String(inline[1]), value: String(inline[2]) };
    const before = args[index - 1] ?? '';
    return { name: before.startsWith('-') && !before.includes('=') ? before : '', value: arg };
  });
}
