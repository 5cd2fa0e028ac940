import type { parse } from '@bufbuild/cel';
import { checkPattern, functions } from './functions.ts';
import { pathUnder } from './path-under.ts';

type Expression = NonNullable<ReturnType<typeof parse>['expr']>;
type Call = Extract<Expression['exprKind'], { case: 'callExpr' }>['value'];
type Comprehension = Extract<Expression['exprKind'], { case: 'comprehensionExpr' }>['value'];

/** What is known about a condition before it is evaluated. */
interface Checked {
  /** Whether it uses `args`, so that it can't be decided without them. */
  readonly usesArguments: boolean;
  /** How deeply `all`, `exists`, `map` and `filter` are nested; 0 if there are none. */
  readonly loops: number;
}

/**
 * Finds what would fail for any arguments: unknown names and functions, fields that no principal has, broken regular
 * expressions.
 *
 * @throws Error that names the first finding.
 */
export function checkExpression(expression: Expression | undefined): Checked {
  if (!expression) throw new Error('it is empty');
  const constant =
    expression.exprKind.case === 'constExpr' ? expression.exprKind.value.constantKind : undefined;
  if (constant && constant.case !== 'boolValue') throw new Error('it must give true or false');
  if (expression.exprKind.case === 'listExpr' || expression.exprKind.case === 'structExpr') {
    throw new Error('it must give true or false');
  }
  const found = { usesArguments: false, loops: 0 };
  walk(expression, new Set(), 0, found);
  return found;
}

const facts = ['args', 'principal'];
const principalFields = ['issuer', 'subject', 'owner', 'roles'];
const types = ['bool', 'bytes', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type', 'uint'];
const operators = ['_&&_', '_||_', '_?_:_', '_[_]', '@not_strictly_false'];

function walk(
  expression: Expression | undefined,
  bound: ReadonlySet<string>,
  depth: number,
  found: { usesArguments: boolean; loops: number },
): void {
  if (!expression) return;
  const { case: kind, value } = expression.exprKind;
  const inner = (next: Expression | undefined) => walk(next, bound, depth, found);
  if (kind === 'identExpr') {
    checkName(value.name, bound);
    if (value.name.replace(/^\./, '') === 'args' && !bound.has('args')) found.usesArguments = true;
  } else if (kind === 'selectExpr') {
    checkField(value.operand, value.field, bound);
    inner(value.operand);
  } else if (kind === 'callExpr') {
    checkCall(value);
    inner(value.target);
    value.args.forEach(inner);
  } else if (kind === 'listExpr') {
    value.elements.forEach(inner);
  } else if (kind === 'structExpr') {
    if (value.messageName !== '') throw new Error(`there is no message \`${value.messageName}\``);
    for (const entry of value.entries) {
      if (entry.keyKind.case === 'mapKey') inner(entry.keyKind.value);
      inner(entry.value);
    }
  } else if (kind === 'comprehensionExpr') {
    walkLoop(value, bound, depth, found);
  }
}

function walkLoop(
  loop: Comprehension,
  bound: ReadonlySet<string>,
  depth: number,
  found: { usesArguments: boolean; loops: number },
): void {
  found.loops = Math.max(found.loops, depth + 1);
  walk(loop.iterRange, bound, depth, found);
  walk(loop.accuInit, bound, depth, found);
  const inside = new Set([...bound, loop.iterVar, loop.accuVar]);
  walk(loop.loopCondition, inside, depth + 1, found);
  walk(loop.loopStep, inside, depth + 1, found);
  walk(loop.result, new Set([...bound, loop.accuVar]), depth, found);
}

function checkName(written: string, bound: ReadonlySet<string>): void {
  const name = written.replace(/^\./, '');
  if (bound.has(name) || facts.includes(name) || types.includes(name)) return;
  throw new Error(`unknown name \`${name}\`; a condition knows \`args\` and \`principal\``);
}

function checkField(operand: Expression | undefined, field: string, bound: ReadonlySet<string>): void {
  const isPrincipal =
    operand?.exprKind.case === 'identExpr' &&
    operand.exprKind.value.name === 'principal' &&
    !bound.has('principal');
  if (isPrincipal && !principalFields.includes(field)) {
    throw new Error(`a principal has no \`${field}\`; it has ${principalFields.join(', ')}`);
  }
}

function checkCall(call: Call): void {
  if (operators.includes(call.function)) return;
  const overloads = [...(functions.funcs.find(call.function) ?? [])];
  if (overloads.length === 0) throw new Error(`unknown function \`${call.function}\``);
  const fits = overloads.some(
    (overload) =>
      (overload.target !== undefined) === (call.target !== undefined) &&
      overload.arguments.length === call.args.length,
  );
  if (!fits) {
    const overload = overloads[0];
    const list = overload?.arguments.map((type) => type.name).join(', ');
    const form = `${overload?.target ? `${overload.target.name}.` : ''}${call.function}(${list})`;
    throw new Error(`\`${call.function}\` is called as ${form}`);
  }
  if (call.function === 'matches') checkPatternArgument(call.args[0]);
  const root = call.function === 'pathUnder' ? textOf(call.args[1]) : undefined;
  if (root !== undefined) pathUnder(root, root);
}

/** An agent could send a pattern that takes a second to compile, so patterns must come from the rule. */
function checkPatternArgument(expression: Expression | undefined): void {
  const pattern = textOf(expression);
  if (pattern === undefined) throw new Error('`matches` needs its pattern as a string in quotes');
  checkPattern(pattern);
}

function textOf(expression: Expression | undefined): string | undefined {
  if (expression?.exprKind.case !== 'constExpr') return undefined;
  const { case: kind, value } = expression.exprKind.value.constantKind;
  return kind === 'stringValue' ? value : undefined;
}
