import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processContext } from './kernel/context.ts';
import { version } from './kernel/version.ts';
import { buildProgram } from './program.ts';
import { lockedRelease, lockedTool, lockOfFiles, makeProject, type Project } from './project.fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const unconfirmed = { ...lockedTool('peek', 'read'), reviewed: false };

/** Two locks: that of the usual program, and another's. */
function writeLocks(): void {
  for (const folder of ['stacks', 'other']) {
    project.write(
      `${folder}/tools.lock.json`,
      lockOfFiles({ '1.0.0': lockedRelease('1.0.0', [unconfirmed]) }),
    );
  }
}

function isReviewed(folder: string): boolean {
  const text = readFileSync(join(project.folder, folder, 'tools.lock.json'), 'utf8');
  return JSON.parse(text).servers.files.releases['1.0.0'].tools.peek.reviewed;
}

test('an option belongs to the command that it follows', async () => {
  writeLocks();
  const confirm = ['lock', 'confirm', 'files/peek', '--class', 'read'];
  const { code, stdout } = await project.run(...confirm, '--config', 'other/environments.ts', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ confirmed: [{ tool: 'peek', class: 'read' }] });
  expect([isReviewed('stacks'), isReviewed('other')]).toEqual([false, true]);
});

test('an option before a subcommand that would go without it is refused', async () => {
  writeLocks();
  const rest = ['confirm', 'files/peek', '--class', 'read'];
  expect(await project.run('lock', '--config', 'other/environments.ts', ...rest)).toEqual({
    code: 2,
    stdout: '',
    stderr: 'lockstep: --config is said to `lock` here; write it after `confirm`.\n',
  });
  expect(await project.run('lock', '--check', ...rest)).toMatchObject({
    code: 2,
    stderr: 'lockstep: --check is said to `lock` here; `confirm` has no such option; leave it out.\n',
  });
  expect([isReviewed('stacks'), isReviewed('other')]).toEqual([false, false]);
});

test('no command shares an option with its parent unless each gets its own', async () => {
  for (const command of everyCommand(await buildProgram(processContext()))) {
    const { parent } = command;
    const shared = command.options.filter(({ long }) => parent?.options.some((own) => own.long === long));
    for (const option of shared) {
      const words = option.required ? [option.long ?? '', 'x'] : [option.long ?? ''];
      const given: string[] = [];
      command.action(() => void given.push(String(command.getOptionValueSource(option.attributeName()))));
      for (const mandatory of command.options) mandatory.makeOptionMandatory(false);
      const args = command.registeredArguments.map(() => 'x');
      await parent?.parseAsync([command.name(), ...args, ...words], { from: 'user' });
      expect(given, `${command.name()} ${option.long}`).toEqual(['cli']);
    }
  }
});

test('the list of commands is one line each, and no help shows a default that says nothing', async () => {
  const { stdout } = await project.run('--help');
  expect(stdout).toMatch(/^ {2}up {2,}run an environment here/m);
  const program = await buildProgram(processContext());
  for (const command of everyCommand(program)) {
    expect(command.description(), command.name()).not.toBe('');
    expect(command.helpInformation(), command.name()).not.toMatch(/default: (\[\]|undefined|"")/);
    expect(command.helpInformation(), command.name()).toMatch(/--help +print this help/);
    expect(command.helpInformation(), command.name()).not.toMatch(/display help/);
  }
});

test('an unknown command is answered with the nearest', async () => {
  expect(await project.run('plna')).toMatchObject({
    code: 2,
    stderr: "lockstep: unknown command 'plna' (Did you mean plan?)\n",
  });
});

test('an unknown option is answered with the help of its own command', async () => {
  expect(await project.run('audit', 'search', '--since', '1d')).toMatchObject({
    code: 2,
    stderr: "lockstep: unknown option '--since'; `lockstep audit search --help` lists what there is.\n",
  });
});

test("what Node compiled is kept in the account's own cache", async () => {
  const cache = join(project.folder, 'cache');
  const env = { XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: undefined };
  expect(await project.lockstep(['--version'], env)).toMatchObject({ code: 0, stdout: `${version}\n` });
  expect(existsSync(join(cache, 'lockstep/compiled'))).toBe(true);
});

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)]);
}
