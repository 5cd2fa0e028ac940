import { secret } from '@lockstep/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argsFor } from './secrets-args.fixture.ts';
import { planSecrets } from './secrets-plan.ts';
import { apiPath, isPlainPath, readPolicy } from './vault-policy.ts';

const keepsItsToken = [
  'auth/token/lookup-self read',
  'auth/token/renew-self update',
  'auth/token/revoke-self update',
];

/** A policy as Vault reads it: each path and its capability. */
function rulesOf(policy: string): string[] {
  const text = policy.replaceAll(/^#.*$/gm, '');
  const rules = [...text.matchAll(/path "((?:[^"\\]|\\.)*)" \{\n {2}capabilities = \["(\w+)"\]\n\}/g)];
  expect(text.replaceAll(/path "[^"]*" \{\n[^\n]*\n\}/g, '').trim(), 'nothing else is in it').toBe('');
  return rules.map(([, path, capability]) => `${path} ${capability}`);
}

describe('a policy', () => {
  it("reads values from the paths of the mount's version", () => {
    const paths = [
      apiPath({ path: 'team/mcp', version: 2 }, 'git/hub'),
      apiPath({ path: 'old', version: 1 }, 'x'),
    ];
    expect(rulesOf(readPolicy(paths, 'Why.'))).toEqual([
      'old/x read',
      'team/mcp/data/git/hub read',
      ...keepsItsToken,
    ]);
  });

  it('accepts only plain paths', () => {
    const strange = [
      'mcp/*',
      'mcp/+',
      'mcp/../sys',
      'mcp//x',
      '/mcp',
      'mcp/',
      'mcp/a"b',
      'mcp/a\nb',
      'mcp/{{x}}',
      '',
    ];
    expect(strange.filter(isPlainPath)).toEqual([]);
  });
});

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,8}$/);
const plain = fc
  .tuple(
    fc.constantFrom('mcp', 'mcp-other', 'team/mcp', 'team'),
    fc.array(word, { minLength: 1, maxLength: 3 }),
    word,
  )
  .map(([mount, path, field]) => `${mount}/${path.join('/')}#${field}`);
const reference = fc.oneof({ weight: 4, arbitrary: plain }, fc.string({ unit: 'binary', maxLength: 40 }));
const delivery = fc.constantFrom('header', 'env', 'file');
const servers = fc.dictionary(
  fc.constantFrom('a', 'b', 'a-b', 'gateway'),
  fc.dictionary(fc.constantFrom('K', 'L', 'M'), fc.record({ reference, delivery })),
);

describe('any declaration', () => {
  it('gives each login exactly its own paths, or is refused as a whole', () => {
    let refused = 0;
    const mounts = fc.constantFrom('mcp', 'team/mcp');
    fc.assert(
      fc.property(servers, mounts, fc.constantFrom(1, 2), (wanted, path, version) => {
        const args = argsFor(wanted as never, { mount: { path, version: version as 1 | 2 } });
        let plans: ReturnType<typeof planSecrets>['servers'];
        try {
          plans = planSecrets('McpSecrets x', args).servers;
        } catch (error) {
          refused += 1;
          expect((error as Error).message).toMatch(
            /^McpSecrets x: servers\.[a-z-]+\.secrets\.[KLM]\.reference: /,
          );
          return;
        }
        for (const { server, gateway, pod } of plans) {
          const own = (mine: (delivery: string) => boolean) => {
            const paths = Object.values(wanted[server] ?? {})
              .filter((one) => mine(one.delivery))
              .map((one) => one.reference.slice(path.length + 1).replace(/#[^#]*$/, ''))
              .map((rest) => `${path}/${version === 2 ? 'data/' : ''}${rest} read`);
            return [...new Set(paths)].toSorted();
          };
          const read = (login: typeof pod) =>
            login === undefined
              ? []
              : rulesOf(login.policy as string).filter((rule) => !keepsItsToken.includes(rule));
          expect(read(gateway)).toEqual(own((one) => one === 'header'));
          expect(read(pod)).toEqual(own((one) => one !== 'header'));
        }
        const roles = plans.flatMap(({ gateway, pod }) => [gateway?.role, pod?.role]).filter(Boolean);
        expect(new Set(roles).size).toBe(roles.length);
      }),
      { numRuns: 400 },
    );
    expect(refused, 'strange declarations were tried').toBeGreaterThan(10);
    expect(refused, 'good declarations were tried').toBeLessThan(390);
  });

  it('is accepted if it is good', () => {
    const secrets = { K: secret('mcp/a#k', { delivery: 'header' }) };
    expect(planSecrets('x', argsFor({ a: secrets })).servers).toHaveLength(1);
  });
});
