import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { root } from '../pages.ts';

/** A folder of its own, and the command as it is in this repository. What is started there ends with it. */
export interface Workshop extends AsyncDisposable {
  /** Where gateways keep their state; packages are installed there once. */
  readonly state: string;
  readonly folder: string;
  /** What a command prints; an exit code of 1 says that it found something. */
  run(args: readonly string[], cwd?: string): Promise<string>;
  /** What a command prints on a terminal until it has printed `end`; it goes on running. */
  start(args: readonly string[], end: string): Promise<string>;
}

const command = ['--conditions=lockstep-source', join(root, 'packages/cli/src/main.ts')];

/** Columns and rows of the terminal in which commands run. */
const terminal = { columns: 116, rows: 60 };

export function openWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-pictures-'));
  const started: ChildProcess[] = [];
  return {
    folder,
    state: join(folder, 'state'),
    async run(args, cwd = root) {
      const child = spawn(process.execPath, [...command, ...args], {
        cwd,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [printed, code] = await Promise.all([text(child.stdout), exitOf(child)]);
      if (code > 1) throw new Error(`lockstep ${args.join(' ')} ended with ${code}.`);
      return printed;
    },
    async start(args, end) {
      const line = [process.execPath, ...command, ...args].map((word) => `'${word}'`).join(' ');
      const size = `stty columns ${terminal.columns} rows ${terminal.rows}`;
      const child = spawn(
        'script',
        ['--quiet', '--flush', '--command', `${size}; exec ${line}`, '/dev/null'],
        {
          cwd: root,
          env: { ...process.env, TERM: 'xterm-256color', NO_COLOR: '' },
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      started.push(child);
      let printed = '';
      for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
        printed += chunk;
        if (printed.includes(end)) return settled(printed);
      }
      throw new Error(`lockstep ${args.join(' ')} ended early:\n${printed}`);
    },
    async [Symbol.asyncDispose]() {
      for (const child of started) {
        child.stdin?.write('\u0003');
        await exitOf(child);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What stays on the screen: a spinner begins its line anew, each time. */
function settled(printed: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is how a terminal is spoken to
  return printed.replaceAll('\r\n', '\n').replaceAll(/^.*\u001b\[\d?[GK]/gm, '');
}

async function exitOf(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null) return child.exitCode;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 2));
  });
}

/** A copy of what is committed here, beside the same packages. */
export function copyOfRepository(folder: string): string {
  const copy = join(folder, 'repository');
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, copy]);
  execFileSync('ln', ['-s', join(root, 'node_modules'), join(copy, 'node_modules')]);
  return copy;
}
