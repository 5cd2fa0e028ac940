import type { Finding, Servers } from '@lockstep/model';
import { isWrittenSecret, namedArguments } from '@lockstep/model/secret-detector';

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
      for (const [index, named] of namedArguments(args).entries())
        fields.push({ path: `${at}.run.args[${index}]`, ...named });
      for (const [variable, value] of Object.entries(env))
        fields.push({ path: `${at}.run.env.${variable}`, name: variable, value });
    }
    for (const [header, { template = '' }] of Object.entries(server.secrets)) {
      // What is put in for a secret is none; the name is one's for the sake of that.
      fields.push({ path: `${at}.secrets.${header}.template`, name: '', value: template });
    }
    return fields
      .filter(({ name, value }) => isWrittenSecret(name, value))
      .map(({ path }) => ({ path, message }));
  });
}

const message =
  'holds something like a secret, which everyone who reads the program or a plan sees; name it in `secrets` and replace it where it is in use.';
