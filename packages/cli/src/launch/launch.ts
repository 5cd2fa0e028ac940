import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Launch } from '@lockstep/gateway';
import {
  podFolders,
  type Release,
  type SecretDefinition,
  type ServerDefinition,
  secretFilePlaceholder,
} from '@lockstep/model/internal';
import { install, isPackage, packageFolder } from '../packages/install.ts';
import { npmBin } from '../packages/npm.ts';
import { pypiPython, pypiScript } from '../packages/pypi.ts';
import type { ContainerRun, Containers } from './containers.ts';
import { findExecutable, hashFile, whyNotFound } from './executable.ts';
import type { LocalSecrets } from './local-secrets.ts';

/** What of this host goes into starting a server. */
export interface Host {
  /** The folder that packages are installed into. */
  readonly packages: string;
  /** The folder that commands given by a relative path are looked for in. */
  readonly cwd: string;
  /** The folder of the program. */
  readonly project: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly containers: Containers;
  readonly secrets: LocalSecrets;
}

/** How a pinned release is started on this host, or why it isn't. Packages are installed where they are missing. */
export async function launchOf(
  server: string,
  definition: ServerDefinition,
  { source }: Pick<Release, 'source'>,
  host: Host,
): Promise<Launch> {
  const missing = missingNeeds(definition, host.env);
  if (missing.length > 0)
    return absent(`${missing.join(' and ')} ${missing.length > 1 ? "aren't" : "isn't"} set`);
  const delivered = await deliver(server, definition, host.secrets);
  if ('missing' in delivered) return absent(delivered.missing);
  if ('remote' in definition) return { type: 'http', url: definition.remote.url };
  const mismatch = await sourceMismatch(server, definition, source, host);
  if (mismatch !== undefined) return absent(mismatch);
  const { run } = definition;
  if (source.type === 'image' && 'image' in run) {
    const image = { ...run, reference: source.reference, digest: source.digest };
    return host.containers.launch(server, containerRun(image, definition, delivered, host.env));
  }
  const hiding = delivered.hidden.length === 0 ? {} : { hidden: delivered.hidden };
  const args = run.args.map((arg) => withPaths(arg, delivered.files));
  const env = environmentOf(definition, delivered, host.env);
  if (isPackage(source)) {
    await install(source, host.packages, host.project);
    const folder = packageFolder(source, host.packages);
    const script = source.type === 'npm' ? npmBin(source, folder) : pypiScript(source, folder);
    if (!existsSync(script))
      return absent(
        `${folder} is damaged, ${script} is missing; remove that folder to have it installed anew`,
      );
    return source.type === 'npm'
      ? { type: 'stdio', command: process.execPath, args: [script, ...args], env, ...hiding }
      : { type: 'stdio', command: pypiPython(folder), args: [script, ...args], env, ...hiding };
  }
  if ('command' in run) {
    const path = findExecutable(run.command, host.cwd, host.env);
    if (path === undefined) return absent(whyNotFound(run.command, host.cwd, host.env));
    return { type: 'stdio', command: path, args, env, ...hiding };
  }
  return absent(otherKind(server));
}

/**
 * Why what would run here isn't what the lock holds, as a clause with what to do about it; undefined where it is, or
 * where nothing is here that could be compared.
 */
export async function sourceMismatch(
  server: string,
  definition: ServerDefinition,
  source: Release['source'],
  host: Pick<Host, 'cwd' | 'env'>,
): Promise<string | undefined> {
  const declared = kindOf(definition);
  if (declared !== source.type) return otherKind(server);
  if (source.type !== 'command' || !('run' in definition) || !('command' in definition.run)) return undefined;
  const path = findExecutable(definition.run.command, host.cwd, host.env);
  if (path === undefined || (await hashFile(path)) === source.sha256) return undefined;
  return `${path} isn't the executable that was locked; put that one back or run \`lockstep lock ${server} --update\``;
}

function kindOf(definition: ServerDefinition): Release['source']['type'] {
  if ('remote' in definition) return 'remote';
  const { run } = definition;
  return 'npm' in run ? 'npm' : 'pypi' in run ? 'pypi' : 'image' in run ? 'image' : 'command';
}

function otherKind(server: string): string {
  return `the lock holds another kind of source than the program; run \`lockstep lock ${server} --update\``;
}

/** Variables of the host that a server can't do without and that aren't set. */
export function missingNeeds(definition: ServerDefinition, env: Host['env']): string[] {
  return definition.needs.filter((variable) => !env[variable]);
}

type Run = Extract<ServerDefinition, { run: unknown }>;

/** The declared variables, those of the host that the server needs, and those that carry secrets. */
function environmentOf(
  definition: Run,
  { env: secrets, files }: Delivered,
  env: Host['env'],
): Record<string, string> {
  const needed = definition.needs.map((variable) => [variable, env[variable] ?? ''] as const);
  const declared = Object.entries(definition.run.env).map(
    ([name, value]) => [name, withPaths(value, files)] as const,
  );
  return { ...Object.fromEntries([...needed, ...declared]), ...secrets };
}

/** A container sees its files at paths of its own. */
function containerRun(
  image: Pick<ContainerRun, 'reference' | 'digest' | 'port' | 'path' | 'args'>,
  definition: Run,
  delivered: Delivered,
  env: Host['env'],
): ContainerRun {
  const names = Object.keys(delivered.files);
  const files = Object.fromEntries(names.map((name) => [name, `${podFolders.secretFiles}/${name}`]));
  return {
    ...image,
    args: image.args.map((arg) => withPaths(arg, files)),
    env: environmentOf(definition, { ...delivered, files }, env),
    files: names.map((name) => ({ from: delivered.files[name] ?? '', to: files[name] ?? '' })),
    hidden: delivered.hidden,
  };
}

function absent(reason: string): Launch {
  return { type: 'absent', reason };
}

/** What a server is started with of its secrets. */
interface Delivered {
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
async function deliver(
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
function withPaths(text: string, files: Delivered['files']): string {
  return Object.entries(files).reduce(
    (rest, [name, path]) => rest.replaceAll(secretFilePlaceholder(name), () => path),
    text,
  );
}
