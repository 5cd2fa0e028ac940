import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { definitionDigest, type LockedTool } from '@lockstep/model/internal';
import pc from 'picocolors';
import type { CommandContext } from './kernel/context.ts';
import { run } from './program.ts';

const repository = resolve(import.meta.dirname, '../../..');
/** The command as a script. */
export const main = join(repository, 'packages/cli/src/main.ts');

/** What a command came to. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project in a folder of its own, with the real command. */
export interface Project {
  readonly folder: string;
  write(path: string, content: string | object): void;
  /** Runs the command in a process of its own, as a person does. */
  lockstep(args: readonly string[], env?: Record<string, string | undefined>, as?: Account): Promise<Ran>;
  /** Runs the command in this process, which is faster. */
  run(...args: string[]): Promise<Ran>;
  /** The same in other surroundings, such as with a person who answers. */
  runWith(changes: Partial<CommandContext>, ...args: string[]): Promise<Ran>;
  git(...args: string[]): string;
  remove(): void;
}

/** Who runs a command; left out: whoever runs the tests. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Somebody whom permissions bind: root reads everything. */
export const bound: Account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

export function makeProject(files: Record<string, string | object> = {}): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-cli-')));
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  const project: Project = {
    folder,
    write(path, content) {
      const whole = join(folder, path);
      mkdirSync(dirname(whole), { recursive: true });
      writeFileSync(whole, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
    },
    lockstep: (args, env = {}, as = {}) =>
      new Promise((settle) => {
        const { LOCKSTEP_TOKEN: _, KUBECONFIG: __, ...inherited } = process.env;
        const options = { ...as, cwd: folder, env: { ...inherited, ...env }, maxBuffer: 64 * 1024 * 1024 };
        const argv = ['--conditions=lockstep-source', main, ...args];
        execFile(process.execPath, argv, options, (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
          settle({ code, stdout, stderr });
        });
      }),
    run: (...args) => runHere(args, folder),
    runWith: (changes, ...args) => runHere(args, folder, changes),
    git: (...args) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd: folder,
        encoding: 'utf8',
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  for (const [path, content] of Object.entries({ 'package.json': { type: 'module' }, ...files })) {
    project.write(path, content);
  }
  return project;
}

async function runHere(
  args: readonly string[],
  cwd: string,
  changes: Partial<CommandContext> = {},
): Promise<Ran> {
  const { LOCKSTEP_TOKEN: _, KUBECONFIG: __, ...env } = process.env;
  let code = 0;
  let stdout = '';
  let stderr = '';
  const outcome = await run(args, {
    cwd,
    env,
    paint: pc.createColors(false),
    columns: undefined,
    isTerminal: false,
    confirm: () => Promise.resolve(true),
    print: (line = '') => {
      stdout += `${line}\n`;
    },
    json: (value) => {
      stdout += JSON.stringify(value);
    },
    note: (line) => {
      stderr += `${line}\n`;
    },
    found: () => {
      code = 1;
    },
    progress: (_what, work) => work(() => {}),
    ...changes,
  });
  return { code: outcome === 'ran' ? code : 2, stdout, stderr };
}

/** A program over the lock beside it. */
export function program(parts: { servers: string; environments: string }): string {
  return `import { defineEnvironments, defineServers } from '@lockstep/model';
import lock from './tools.lock.json' with { type: 'json' };

export { lock };
export const servers = defineServers({
${parts.servers}
});

export const environments = defineEnvironments({
  servers,
  lock,
  environments: {
${parts.environments}
  },
});
`;
}

/** A confirmed tool with a fitting digest. */
export function lockedTool(
  name: string,
  accessClass: 'read' | 'write' | 'destructive',
  description = name,
): LockedTool {
  const definition = {
    name,
    description,
    inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
  };
  const digest = definitionDigest(definition, 'tools', name, []);
  return { class: accessClass, classFrom: 'person', reviewed: true, digest, definition };
}

/** A release of an npm package that nobody installs. */
export function lockedRelease(version: string, tools: readonly LockedTool[]): object {
  return {
    source: { type: 'npm', package: '@example/files', version, bin: 'index.js', lockfile: {} },
    serverInfo: { name: 'files', version },
    instructions: null,
    tools: Object.fromEntries(tools.map((tool) => [tool.definition.name, tool])),
    prompts: {},
    resourceTemplates: {},
    resources: false,
    completions: false,
    ignore: [],
  };
}

/** A lock with releases of one server, `files`. */
export function lockOfFiles(releases: Record<string, object>): object {
  return { lockVersion: 1, servers: { files: { releases } } };
}
