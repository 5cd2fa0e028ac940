import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { Command } from 'commander';
import { neededPackages, type Origin, originOf } from '../init/origin.ts';
import { packClone } from '../init/pack.ts';
import { makeRoom, writeProject } from '../init/write-project.ts';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';

const examples = `
Writes a project that runs as it is: a server for files in dev, staging and prod, its tool lock, the Pulumi program that
deploys it, and workflows for pull requests. A released Lockstep is a dependency like any other. Before that, the
project depends on tarballs in vendor/: a clone of Lockstep makes them, and a project that has them copies its own.

Examples:
  $ lockstep init ../my-agents     from a clone of Lockstep
  $ npx lockstep init ../another   from a project that uses Lockstep
  $ lockstep init .                into this folder

Exit codes: 0 fine, 2 could not run.`;

/** The folder of the command's own package. */
const own = resolve(import.meta.dirname, '../..');

/** What a person runs next, each with what it is for. */
const nextSteps: Readonly<Record<string, string>> = {
  'npm install': 'install Lockstep, Node.js 24 and the Pulumi SDKs',
  'npx lockstep plan': 'show what agents may do in each environment',
  'npx lockstep check': 'run every check, as a pull request does',
  'npx lockstep render prod --out out': 'write what a cluster would get',
  'npx lockstep up': 'run dev on this machine, until Ctrl-C',
};

export function initCommand(context: CommandContext): Command {
  return new Command('init')
    .argument('<folder>', 'a new folder, or one that is empty except for .git')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (folder: string, { json }: { json?: boolean }) => {
      const target = resolve(context.cwd, folder);
      const origin = originOf(own);
      if (origin.type === 'clone') refuseInside(origin.folder, target, folder);
      makeRoom(target, folder);
      const files = await context.progress('Packing Lockstep', () => writeFrom(origin, target));
      const commands = [
        ...(target === context.cwd ? [] : [`cd ${quoted(folder)}`]),
        ...Object.keys(nextSteps),
      ];
      if (json) return context.json({ folder, files, next: commands });
      tell(folder, origin, commands, context);
    });
}

/** A project in the clone would be taken for a part of it, by Git and by npm. */
function refuseInside(clone: string, target: string, shown: string): void {
  if (relative(clone, target).split(sep)[0] === '..') return;
  throw new Failure(
    `${shown} lies in the clone of Lockstep; name a folder outside of it, such as ../my-agents.`,
  );
}

async function writeFrom(origin: Origin, target: string): Promise<string[]> {
  if (origin.type === 'registry') return writeProject(target);
  if (origin.type === 'tarballs') return writeProject(target, origin.files);
  const aside = await mkdtemp(join(tmpdir(), 'lockstep-pack-'));
  try {
    return writeProject(target, await packClone(origin.folder, aside, neededPackages));
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

function tell(folder: string, origin: Origin, commands: readonly string[], context: CommandContext): void {
  const { print, paint } = context;
  print(`${folder} is a project now, with the server \`files\` in dev, staging and prod.`);
  if (origin.type !== 'registry') {
    print("Lockstep is in its vendor/ as tarballs, since this build isn't published; commit them, too.");
  }
  print();
  print('Next:');
  const width = Math.max(...commands.map((command) => command.length));
  for (const command of commands) {
    const purpose = nextSteps[command];
    const step = purpose === undefined ? command : command.padEnd(width);
    print(`  ${paint.cyan(step)}${purpose === undefined ? '' : `   ${paint.dim(purpose)}`}`);
  }
  print();
  print('To add a server of your own, follow its README.md.');
}

/** As a shell reads it. */
function quoted(path: string): string {
  return /^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
