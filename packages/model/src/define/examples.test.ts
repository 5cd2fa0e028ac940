import { expect, test } from 'vitest';
import { environment, findingsOf } from '../world.fixture.ts';

type Rule = NonNullable<NonNullable<Parameters<typeof environment>[1]>['rules']>[number];

function check(rule: Partial<Rule>): string[] {
  const whole = { name: 'public', tools: 'files/write_file', decision: 'allow' as const, ...rule };
  return findingsOf(() => environment('prod', { rules: [whole] }));
}

const when = 'pathUnder(args.path, "public")';

test('examples that hold give no findings', () => {
  expect(
    check({
      when,
      roles: ['ops'],
      examples: [
        { args: { path: 'public/a' }, principal: { roles: ['ops'] }, expect: 'allow' },
        { args: { path: 'secret' }, principal: { roles: ['ops'] }, expect: 'approve' },
        { args: { path: 'public/a' }, expect: 'approve' },
        { args: { path: '/etc/passwd' }, principal: { roles: ['ops'] }, expect: 'deny' },
        { tool: 'files/delete_file', expect: 'approve' },
        { tool: 'files/unheard_of', expect: 'deny' },
      ],
    }),
  ).toEqual([]);
});

test("the error names examples that don't hold, with the clause that decided", () => {
  expect(
    check({
      when,
      examples: [
        { args: { path: 'secret' }, expect: 'allow' },
        { args: {}, expect: 'approve' },
        { tool: 'files/unheard_of', expect: 'allow' },
        { tool: 'nonsense', expect: 'allow' },
      ],
    }),
  ).toEqual([
    'environments.prod.rules[0].examples[0]: expects allow, but profile.prod decides approve; correct the rule or the example.',
    'environments.prod.rules[0].examples[1]: expects approve, but rules.public decides deny, because its condition errs (field not found: path); correct the rule or the example.',
    "environments.prod.rules[0].examples[2]: expects allow, but it isn't in the pinned release; correct the rule or the example.",
    "environments.prod.rules[0].examples[3].tool: `nonsense` isn't of the form `server/tool`; correct it.",
  ]);
});

test('an example of a rule for several tools must name one', () => {
  expect(check({ tools: 'files/*_file', examples: [{ expect: 'allow' }] })).toEqual([
    'environments.prod.rules[0].examples[0].tool: is missing, but the rule covers several tools; name the one that the example calls.',
  ]);
});
