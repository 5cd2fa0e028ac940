import type { Environment, Rule, RuleExample } from '../environment/environment.ts';
import { type Finding, printPath } from '../errors.ts';
import { isLiteral, literalOf } from '../glob.ts';
import { parseTarget, type Target } from '../names.ts';
import { type Decided, decide } from '../permission/decide.ts';
import { permissionTable } from '../permission/table.ts';
import type { Principal } from '../principal.ts';

/** The caller of an example that doesn't name one. */
const anybody: Principal = {
  issuer: 'lockstep:example',
  subject: 'anybody',
  owner: 'anybody',
  roles: [],
};

/** Decides every example of an environment's rules, and reports those whose decision isn't the expected one. */
export function checkExamples(environment: Environment): Finding[] {
  const table = permissionTable(environment);
  return environment.rules.flatMap((rule, index) =>
    rule.examples.flatMap((example, position) => {
      const at = ['rules', index, 'examples', position];
      const path = printPath('environments', [environment.name, ...at]);
      const target = exampleTarget(rule, example);
      if (typeof target === 'string') return [{ path: printPath(path, ['tool']), message: target }];
      const decided = decide(table, examplePrincipal(example), target, example.args);
      if (decided.decision.type === example.expect) return [];
      const found = decided.because === 'not locked' ? "it isn't in the pinned release" : sentence(decided);
      const message = `expects ${example.expect}, but ${found}; correct the rule or the example.`;
      return [{ path, message }];
    }),
  );
}

function sentence({ clause, decision, error }: Decided): string {
  const decides = `${clause?.from} decides ${decision.type}`;
  return error === undefined ? decides : `${decides}, because its condition errs (${error})`;
}

/** The caller of an example. */
function examplePrincipal(example: RuleExample): Principal {
  const { issuer, subject, owner, roles } = example.principal;
  return {
    issuer: issuer ?? anybody.issuer,
    subject: subject ?? anybody.subject,
    owner: owner ?? anybody.owner,
    roles: roles ?? anybody.roles,
  };
}

/**
 * The target of an example: its own `tool`, or the only one that its rule names. If there is none, a sentence says so.
 */
function exampleTarget(rule: Rule, example: RuleExample): Target | string {
  const [only, ...others] = rule.tools;
  if (example.tool !== undefined) {
    return parseTarget(example.tool) ?? `\`${example.tool}\` isn't of the form \`server/tool\`; correct it.`;
  }
  const named =
    only !== undefined && others.length === 0 && isLiteral(only) ? parseTarget(literalOf(only)) : undefined;
  return named ?? 'is missing, but the rule covers several tools; name the one that the example calls.';
}
