import { stripTypeScriptTypes } from 'node:module';
import { type Node, parse, parseExpressionAt } from 'acorn';

/** A key that one object literal holds twice. JavaScript keeps the last one without a word. */
export interface DuplicateKey {
  readonly key: string;
  /** Line of the second one, from 1. */
  readonly line: number;
  readonly firstLine: number;
}

/**
 * Finds keys that are written twice in one object literal, such as two servers of the same name: by the time a
 * program has run, nothing is left of the first.
 *
 * @param kind what `source` is written in; type annotations are stripped first, which keeps every position.
 * @throws SyntaxError when it can't be parsed.
 */
export function duplicateKeys(source: string, kind: 'ts' | 'js' | 'json'): DuplicateKey[] {
  const options = { ecmaVersion: 'latest', sourceType: 'module', locations: true } as const;
  const tree =
    kind === 'json'
      ? parseExpressionAt(source, 0, options)
      : parse(kind === 'ts' ? stripTypeScriptTypes(source) : source, { ...options, allowHashBang: true });
  const found: DuplicateKey[] = [];
  visit(tree, found);
  return found;
}

function visit(node: Node, found: DuplicateKey[]): void {
  if (node.type === 'ObjectExpression') inspect(node as ObjectLiteral, found);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, found);
  }
}

interface ObjectLiteral extends Node {
  properties: (Node & {
    key?: Node & { name?: string; value?: unknown };
    computed?: boolean;
    kind?: string;
  })[];
}

function inspect(object: ObjectLiteral, found: DuplicateKey[]): void {
  const lines = new Map<string, number>();
  for (const property of object.properties) {
    // A getter and a setter share a name rightly; a computed key isn't known here.
    if (property.kind !== 'init' || property.computed === true || property.key === undefined) continue;
    const key = property.key.name ?? String(property.key.value);
    const line = property.loc?.start.line ?? 0;
    const firstLine = lines.get(key);
    if (firstLine === undefined) lines.set(key, line);
    else found.push({ key, line, firstLine });
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
