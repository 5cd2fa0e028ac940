import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { makeBundle, printBundleFile } from '@lockstep/model/internal';
import { Command } from 'commander';
import type { CommandContext } from '../kernel/context.ts';
import { codeOf, Failure } from '../kernel/failure.ts';
import { chooseEnvironments, defaultConfig, loadProject, programPaths } from '../project/load.ts';

const examples = `
Writes the bundle of an environment, everything that its gateway enforces, into one JSON file: the permission table,
the pinned releases, and gateway.json with the hash of each. Pulumi programs in YAML, Python and Go deploy it, and
never evaluate rules. Reads files only, and the same program always gives the same bytes.

Examples:
  $ lockstep bundle prod --out prod.bundle.json
  $ lockstep bundle dev --config agents/environments.ts --out dev.bundle.json

Exit codes: 0 fine, 2 could not run.`;

interface Options {
  out: string;
  config: string;
  json?: boolean;
}

export function bundleCommand(context: CommandContext): Command {
  return new Command('bundle')
    .argument('<env>', 'the environment')
    .requiredOption('--out <file>', 'the file to write')
    .option('--config <file>', 'the program', defaultConfig)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (name: string, { out, config, json }: Options) => {
      const paths = programPaths(config, context.cwd);
      const project = await context.progress('Reading the program', () => loadProject(paths, context.cwd));
      for (const environment of chooseEnvironments(project.environments, [name])) {
        const bundle = makeBundle(environment);
        writeBundle(resolve(context.cwd, out), out, printBundleFile(bundle));
        if (json) context.json({ environment: name, file: out, digest: bundle.digest });
        else context.print(`${name} in ${out}: ${bundle.files.size} files, ${bundle.digest}`);
      }
    });
}

function writeBundle(path: string, shown: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new Failure(
      `--out ${shown} can't be written (${codeOf(error)}); name a file in a folder that exists.`,
      {
        cause: error,
      },
    );
  }
}
