import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import type { ProgramPaths } from '../project/load.ts';

/** A Pulumi project whose program Node runs. */
export interface PulumiProject {
  readonly name: string;
  /** The folder of Pulumi.yaml. */
  readonly root: string;
  /** The folder of the program, in which it runs. */
  readonly folder: string;
  /** The file that is loaded. */
  readonly entry: string;
  /** The folder of Pulumi.<stack>.yaml. */
  readonly stackFolder: string;
  /** What the project has Node started with. */
  readonly nodeArgs: readonly string[];
  /** Whether Pulumi would compile TypeScript before Node sees it. */
  readonly typescript: boolean;
  /** What Pulumi.yaml declares under `config`. */
  readonly config: Readonly<Record<string, unknown>>;
}

const fileName = 'Pulumi.yaml';

const runtimeSchema = z.object({
  name: z.string(),
  options: z.object({ nodeargs: z.string().default(''), typescript: z.boolean().default(true) }).prefault({}),
});

const projectSchema = z.object({
  name: z.string(),
  main: z.string().optional(),
  runtime: z.union([z.string().transform((name) => runtimeSchema.parse({ name })), runtimeSchema]),
  stackConfigDir: z.string().default('.'),
  config: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * The project of a folder, or of the nearest folder above that has a Pulumi.yaml; undefined where none has.
 *
 * @param cwd the folder that paths in messages are relative to.
 * @param named the program's folder, where a person gave it. Then it must be the one that Pulumi.yaml runs.
 * @throws Failure for a Pulumi.yaml that can't be used.
 */
export function findPulumiProject(cwd: string, named?: string): PulumiProject | undefined {
  const start = resolve(cwd, named ?? '.');
  const root = nearest(start);
  if (root === undefined) return undefined;
  const shown = relative(cwd, join(root, fileName));
  const { name, main = '.', runtime, stackConfigDir, config } = readProject(join(root, fileName), shown);
  if (runtime.name !== 'nodejs') {
    throw new Failure(`${shown} runs ${runtime.name}; only programs for \`nodejs\` can be rendered.`);
  }
  const place = resolve(root, main);
  if (!existsSync(place)) {
    throw new Failure(`${shown} names ${main} as \`main\`, which doesn't exist; correct it.`);
  }
  const folder = statSync(place).isDirectory() ? place : dirname(place);
  if (named !== undefined && start !== root && start !== folder) {
    throw new Failure(
      `${named} has no ${fileName}, and ${shown} runs ${main}; name the folder of a Pulumi program.`,
    );
  }
  return {
    name,
    root,
    folder,
    entry: entryOf(place, shown),
    stackFolder: resolve(root, stackConfigDir),
    nodeArgs: runtime.options.nodeargs.split(/\s+/).filter((argument) => argument !== ''),
    typescript: runtime.options.typescript,
    config: config ?? {},
  };
}

function nearest(start: string): string | undefined {
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, fileName))) return at;
    if (at === dirname(at)) return undefined;
  }
}

function readProject(path: string, shown: string): z.output<typeof projectSchema> {
  const result = projectSchema.safeParse(readYaml(path, shown));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Failure(`${shown}: \`${issue?.path.join('.')}\` isn't as Pulumi has it; correct it.`);
}

/**
 * Reads a YAML file of Pulumi's.
 *
 * @param shown its path as a person reads it.
 * @throws Failure where it isn't YAML.
 */
export function readYaml(path: string, shown: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    const [line = ''] = sentenceOf(error).split('\n');
    throw new Failure(`${shown} can't be read: ${line.replace(/[.:]$/, '')}; correct it.`, { cause: error });
  }
}

/** What Pulumi would load: the file itself, what package.json names, or `index`. */
function entryOf(place: string, shown: string): string {
  if (!statSync(place).isDirectory()) return place;
  const manifest = join(place, 'package.json');
  const { main } = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {};
  const candidates = [
    ...(typeof main === 'string' ? [main] : []),
    'index.js',
    'index.mjs',
    'index.ts',
    'index.mts',
  ];
  const found = candidates.map((candidate) => join(place, candidate)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Failure(`${shown}: its program has no ${candidates.join(', ')}; name the file with \`main\`.`);
}

/** The stacks that have a file of their own, sorted. */
export function stacksOf({ stackFolder }: PulumiProject): string[] {
  if (!existsSync(stackFolder)) return [];
  return readdirSync(stackFolder)
    .flatMap((file) => /^Pulumi\.([A-Za-z0-9_.-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .toSorted();
}

/**
 * The Pulumi program that deploys environments: the one that stands in the same folder as they do.
 *
 * @param cwd the folder that paths in messages are relative to.
 */
export function programOf({ config }: ProgramPaths, cwd: string): PulumiProject | undefined {
  const project = findPulumiProject(dirname(config));
  if (project === undefined || project.folder !== dirname(config)) return undefined;
  return findPulumiProject(cwd, project.root);
}
