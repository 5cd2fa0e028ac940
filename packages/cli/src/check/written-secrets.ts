import type { Finding, Servers } from '@lockstep/model';
import { findSecrets, isPlaceholder, isSecretField, mayBeSecret } from '@lockstep/model/secret-detector';

/**
 * What holds something like a secret in the servers' definitions: a program is in Git, and plans show all of it. The
 * values are never told.
 *
 * @example
 * writtenSecrets(servers); // [{ path: 'servers.db.run.env.DB_PASSWORD', message: 'holds something like a secret; …' }]
 */
export function writtenSecrets(servers: Servers): Finding[] {
  return Object.entries(servers).flatMap(([name, server]) => {
    const at = `servers.${name}`;
    const fields =
      'remote' in server ? [{ path: `${at}.remote.url`, name: '', value: server.remote.url }] : [];
    if ('run' in server) {
      const { args, env } = server.run;
      for (const [index, arg] of args.entries())
        fields.push({ path: `${at}.run.args[${index}]`, ...flagOf(args, index, arg) });
      for (const [variable, value] of Object.entries(env))
        fields.push({ path: `${at}.run.env.${variable}`, name: variable, value });
    }
    for (const [header, { template = '' }] of Object.entries(server.secrets)) {
      // What is put in for a secret is none; the name is one's for the sake of that.
      fields.push({ path: `${at}.secrets.${header}.template`, name: '', value: template });
    }
    return fields.filter(holdsSecret).map(({ path }) => ({ path, message }));
  });
}

const message =
  'holds something like a secret, which everyone who reads the program or a plan sees; name it in `secrets` and replace it where it is in use.';

/** `--key=value`, or `--key` and then `value`. */
function flagOf(args: readonly string[], index: number, arg: string): { name: string; value: string } {
  const inline = /^(-[^=]*)=(.*)$/s.exec(arg);
  if (inline !== null) return { name: String(inline[1]), value: String(inline[2]) };
  const before = args[index - 1] ?? '';
  return { name: before.startsWith('-') && !before.includes('=') ? before : '', value: arg };
}

function holdsSecret({ name, value }: { readonly name: string; readonly value: string }): boolean {
  if (isPlaceholder(value) || value.startsWith('-')) return false;
  if (isSecretField(name, value) || findSecrets(value).length > 0) return true;
  // `SORT_KEY: 'name'` is none: a name that only suggests one wants a value that no person made up.
  return (
    mayBeSecret(name, value) &&
    /^(?=.*\d)(?=.*[A-Za-z])[\w+/=.~-]{20,}$/.test(value.replace(/^bearer\s+/i, ''))
  );
}
