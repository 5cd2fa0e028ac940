import type { Rule } from '../environment/environment.ts';
import { type Finding, printPath } from '../errors.ts';
import { globsAfter, matchesGlob } from '../glob.ts';
import type { Lock } from '../lock/schema.ts';
import { targetsOf } from '../permission/targets.ts';
import type { Servers } from '../server.ts';

/**
 * Checks rules against the lock. Each glob must match something in some release, so that a rule can be written before
 * the release is pinned. No two rules may have the same name.
 */
export function checkRules(rules: readonly Rule[], servers: Servers, lock: Lock, path: string): Finding[] {
  const targets = Object.keys(servers).flatMap((server) =>
    Object.values(lock.servers[server]?.releases ?? {}).flatMap((release) => targetsOf(server, release)),
  );
  const matches = (glob: string) =>
    targets.some(({ text, before }) =>
      before === undefined ? matchesGlob([glob], text) : globsAfter(glob, before).length > 0,
    );
  const names = new Set<string>();
  return rules.flatMap((rule, index) => {
    const at = (...keys: PropertyKey[]) => printPath(path, ['rules', index, ...keys]);
    const taken = names.has(rule.name);
    names.add(rule.name);
    const findings = rule.tools.flatMap((glob, position) => {
      if (matches(glob)) return [];
      const where = rule.tools.length > 1 ? at('tools', position) : at('tools');
      return [{ path: where, message: explain(glob, servers) }];
    });
    if (taken)
      findings.push({ path: at('name'), message: `another rule is called \`${rule.name}\`; rename one.` });
    return findings;
  });
}

function explain(glob: string, servers: Servers): string {
  const [server = ''] = glob.split('/', 1);
  if (/^[a-z0-9-]+$/.test(server) && !Object.hasOwn(servers, server)) {
    const known = Object.keys(servers)
      .map((name) => `\`${name}\``)
      .join(', ');
    return `no server is called \`${server}\`; correct \`${glob}\` (servers: ${known}).`;
  }
  return `nothing in the lock matches \`${glob}\`; correct it.`;
}
