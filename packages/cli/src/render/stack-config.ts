import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isRecord } from '@lockstep/model/internal';
import { Failure, failureOf } from '../kernel/failure.ts';
import { type PulumiProject, readYaml, stacksOf } from './pulumi-project.ts';

/** The configuration of one stack, as a program reads it. */
interface StackConfig {
  /** By `project:key`; objects and lists as JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Those of `values` that are secrets. Their values are placeholders: nothing is decrypted. */
  readonly secretKeys: readonly string[];
}

/** Stands for an encrypted value. */
const placeholder = 'encrypted';

interface Declared {
  readonly type?: unknown;
  readonly default?: unknown;
  readonly value?: unknown;
  readonly secret?: unknown;
}

/**
 * Reads Pulumi.yaml's `config` and Pulumi.<stack>.yaml.
 *
 * @param cwd the folder that paths in messages are relative to.
 * @throws Failure naming every value that is missing or of another type than was declared.
 */
export function readStackConfig(project: PulumiProject, stack: string, cwd: string): StackConfig {
  const path = join(project.stackFolder, `Pulumi.${stack}.yaml`);
  const shown = relative(cwd, path);
  const exists = existsSync(path);
  const file = exists ? readYaml(path, shown) : {};
  const given = isRecord(file) && isRecord(file.config) ? file.config : {};
  const values: Record<string, string> = {};
  const secretKeys = new Set<string>();
  const findings: { path: string; message: string }[] = [];
  const set = (key: string, value: unknown, type: unknown) => {
    const { plain, isSecret } = withoutSecrets(value, type);
    if (isSecret) secretKeys.add(key);
    if (type !== undefined && !fits(plain, type)) {
      findings.push({ path: shown, message: `\`${key}\` must be of type ${String(type)}; correct it.` });
    }
    values[key] = typeof plain === 'string' ? plain : JSON.stringify(plain);
  };
  for (const [name, declaration] of Object.entries(project.config)) {
    const key = qualified(name, project.name);
    const declared: Declared = isRecord(declaration) ? declaration : { default: declaration };
    const setting = valueIn(given, key, project.name);
    const value = setting ?? declared.value ?? declared.default;
    if (value === undefined || value === null) {
      if (declared.type === undefined) continue;
      findings.push({ path: shown, message: `has no \`${key}\`, which Pulumi.yaml declares; add it.` });
      continue;
    }
    set(key, value, declared.type);
    if (declared.secret === true) secretKeys.add(key);
  }
  for (const [name, value] of Object.entries(given)) {
    const key = qualified(name, project.name);
    if (!Object.hasOwn(values, key) && value !== null) set(key, value, undefined);
  }
  if (findings.length > 0 && !exists) throw unknownStack(project, shown);
  if (findings.length > 0) throw failureOf(findings);
  return { values, secretKeys: [...secretKeys] };
}

function unknownStack(project: PulumiProject, shown: string): Failure {
  const stacks = stacksOf(project).join(', ') || 'none';
  return new Failure(
    `there is no ${shown}, and the program needs settings of its own for each stack; stacks that have them: ${stacks}.`,
  );
}

function qualified(name: string, project: string): string {
  return name.includes(':') ? name.replace(/:config:/, ':') : `${project}:${name}`;
}

function valueIn(given: Record<string, unknown>, key: string, project: string): unknown {
  const found = Object.entries(given).find(([name]) => qualified(name, project) === key);
  return found?.[1];
}

/** A value with a placeholder in place of each `{ secure: … }`, at any depth. */
function withoutSecrets(value: unknown, type: unknown): { plain: unknown; isSecret: boolean } {
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutSecrets(item, undefined));
    return { plain: items.map(({ plain }) => plain), isSecret: items.some(({ isSecret }) => isSecret) };
  }
  if (!isRecord(value)) return { plain: value, isSecret: false };
  if (Object.keys(value).length === 1 && typeof value.secure === 'string') {
    return { plain: standIn(type), isSecret: true };
  }
  const entries = Object.entries(value).map(([key, item]) => [key, withoutSecrets(item, undefined)] as const);
  return {
    plain: Object.fromEntries(entries.map(([key, { plain }]) => [key, plain])),
    isSecret: entries.some(([, { isSecret }]) => isSecret),
  };
}

function standIn(type: unknown): unknown {
  return type === 'integer' ? 0 : type === 'boolean' ? false : type === 'array' ? [] : placeholder;
}

function fits(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value) || (typeof value === 'string' && /^-?\d+$/.test(value));
    case 'boolean':
      return typeof value === 'boolean' || value === 'true' || value === 'false';
    case 'array':
      return Array.isArray(value);
    case 'string':
      return !isRecord(value) && !Array.isArray(value);
    default:
      return true;
  }
}
