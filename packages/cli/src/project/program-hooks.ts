import { existsSync, readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Finding } from '@lockstep/model';
import { type Node, parse, parseExpressionAt } from 'acorn';

/** The name that the tool lock has everywhere. */
export const lockFileName = 'tools.lock.json';

const modelName = '@lockstep/model';
const shimUrl = 'lockstep:declared-model';
const emptyLockUrl = 'lockstep:empty-lock';
const declared = Symbol.for('lockstep.declared');

/** What is seen while a program is loaded. */
interface Watched {
  /** Every file of the program itself, packages left out. */
  readonly files: Set<string>;
  /** Keys that are written twice. */
  readonly duplicates: Finding[];
}

/**
 * Watches which files a program consists of, and reads each for duplicate keys before it runs.
 *
 * @param declaration whether the program only has to say what it declares: `defineEnvironments` then hands back
 * its input unchecked, and a lock that doesn't exist yet is empty. So `lockstep lock` can make the first lock.
 */
export function watchProgram(options: { declaration: boolean; describe(path: string): string }): Watched {
  const files = new Set<string>();
  const duplicates: Finding[] = [];
  registerHooks({
    resolve(specifier, context, next) {
      if (!options.declaration) return next(specifier, context);
      if (specifier === modelName && context.parentURL !== shimUrl) {
        shimSource = declaringModel(next(specifier, context).url);
        return { url: shimUrl, format: 'module', shortCircuit: true };
      }
      if (specifier.endsWith(`/${lockFileName}`) && isMissing(specifier, context.parentURL)) {
        return {
          url: emptyLockUrl,
          format: 'json',
          importAttributes: { type: 'json' },
          shortCircuit: true,
        };
      }
      return next(specifier, context);
    },
    load(url, context, next) {
      if (url === shimUrl) return { format: 'module', source: shimSource, shortCircuit: true };
      if (url === emptyLockUrl) return { format: 'json', source: emptyLock, shortCircuit: true };
      if (url.startsWith('file:') && !url.includes('/node_modules/') && !isOurs(url)) {
        const path = fileURLToPath(url);
        files.add(path);
        duplicates.push(...findDuplicates(path, options.describe(path)));
      }
      return next(url, context);
    },
  });
  let shimSource = '';
  return { files, duplicates };
}

/** What the program gave to `defineEnvironments`, as it was written. */
export function declaredInput(): unknown {
  return (globalThis as Record<symbol, unknown>)[declared];
}

const emptyLock = JSON.stringify({ lockVersion: 1, servers: {} });

/** The model, but for `defineEnvironments`, which remembers its input and checks nothing. */
function declaringModel(realUrl: string): string {
  return `export * from ${JSON.stringify(realUrl)};
export function defineEnvironments(input) {
  globalThis[Symbol.for('lockstep.declared')] = input;
  return {};
}`;
}

function isMissing(specifier: string, parent: string | undefined): boolean {
  return parent !== undefined && !existsSync(new URL(specifier, parent));
}

/** Workspace links resolve to the packages' own sources: those are no part of the program. */
function isOurs(url: string): boolean {
  return packageRoots.some((root) => url.startsWith(root));
}

const packageRoots = [
  new URL('../../', import.meta.url).href,
  new URL('../', import.meta.resolve(modelName)).href,
];

function findDuplicates(path: string, shown: string): Finding[] {
  const kind = /\.[cm]?ts$/.test(path) ? 'ts' : path.endsWith('.json') ? 'json' : 'js';
  try {
    return duplicateKeys(readFileSync(path, 'utf8'), kind).map(({ key, line, firstLine }) => ({
      path: `${shown}:${line}`,
      message: `\`${key}\` is written twice in one object, first on line ${firstLine}; rename or remove one.`,
    }));
  } catch {
    return []; // It can't be read or parsed: loading it says so.
  }
}

/** A key that one object literal holds twice. JavaScript keeps the last one without a word. */
interface DuplicateKey {
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
