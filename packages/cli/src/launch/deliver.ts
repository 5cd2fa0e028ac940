import { readFile } from 'node:fs/promises';
import {
  type SecretDefinition,
  type ServerDefinition,
  secretFilePlaceholder,
} from '@lockstep/model/internal';
import type { LocalSecrets } from './local-secrets.ts';

/** What a server is started with of its secrets. */
export interface Delivered {
  /** Variables with their values. */
  readonly env: Readonly<Record<string, string>>;
  /** Paths of files, by the name of the secret. */
  readonly files: Readonly<Record<string, string>>;
  /** Every value that the server gets, to be blanked where it quotes one. */
  readonly hidden: readonly string[];
}

/**
 * Reads the secrets of a server that is started here. Those for headers are only looked for: the gateway reads them
 * when it sends them.
 *
 * @returns why the server can't be started, as a clause, where one isn't here.
 */
export async function deliver(
  server: string,
  { secrets }: ServerDefinition,
  local: LocalSecrets,
): Promise<Delivered | { readonly missing: string }> {
  const of = (delivery: SecretDefinition['delivery']) =>
    Object.entries(secrets).filter(([, secret]) => secret.delivery === delivery);
  const env: Record<string, string> = {};
  const files: Record<string, string> = {};
  const hidden: string[] = [];
  try {
    const values = of('env');
    // Whether Vault has what a header needs is found out when it is sent: it may be away only for now.
    const headers = local.asksVault ? [] : of('header');
    const wanted = [...values, ...headers].map(([, { reference }]) => reference);
    const answers = await local.read(server, [...new Set(wanted)]);
    for (const [name, { reference }] of [...values, ...headers]) {
      const answer = answers.get(reference);
      if (answer === undefined) continue;
      if ('missing' in answer) return answer;
      if (secrets[name]?.delivery === 'env') env[name] = answer.value;
    }
    hidden.push(...Object.values(env));
    for (const [name, { reference }] of of('file')) {
      const found = await local.file(reference);
      if ('missing' in found) return found;
      files[name] = found.path;
      hidden.push(await readFile(found.path, 'utf8'));
    }
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
  return { env, files, hidden };
}

/** Puts the paths of files in the places that stand for them. */
export function withPaths(text: string, files: Delivered['files']): string {
  return Object.entries(files).reduce(
    (rest, [name, path]) => rest.replaceAll(secretFilePlaceholder(name), () => path),
    text,
  );
}
