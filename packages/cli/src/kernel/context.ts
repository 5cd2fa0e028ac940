import { createInterface } from 'node:readline/promises';
import pc from 'picocolors';
import spinner from 'yocto-spinner';

type Colors = ReturnType<typeof pc.createColors>;

/** What a command may touch of the world around it; tests give their own. */
export interface CommandContext {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Colours for standard output; plain where it isn't a terminal or NO_COLOR is set. */
  readonly paint: Colors;
  /** Columns of standard output; undefined where it isn't a terminal. */
  readonly columns: number | undefined;
  /** Whether a person reads standard error. */
  readonly isTerminal: boolean;
  /** Writes a line of the answer to standard output. */
  print(line?: string): void;
  /** Writes the whole answer as JSON to standard output. */
  json(value: unknown): void;
  /** Writes a remark to standard error. */
  note(line: string): void;
  /** Asks the person at the terminal; the answer is yes where there is none, since whoever wrote the script meant it. */
  confirm(question: string): Promise<boolean>;
  /** Marks that the command found something that asks for attention: exit code 1. */
  found(): void;
  /** Runs `work`, and says on standard error what is going on once it has taken over a second. */
  progress<T>(what: string, work: (say: (what: string) => void) => Promise<T>): Promise<T>;
}

/** Milliseconds after which a person wants to know what the wait is for. */
const quietMs = 1000;

/** The context of this process. `exitCode()` is what the command came to: 0 or 1. */
export function processContext(): CommandContext & { exitCode(): number } {
  let code = 0;
  const coloured = (stream: NodeJS.WriteStream) =>
    stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return {
    cwd: process.cwd(),
    env: process.env,
    paint: pc.createColors(coloured(process.stdout)),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    isTerminal: process.stderr.isTTY === true,
    print: (line = '') => void process.stdout.write(`${line}\n`),
    json: (value) => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    confirm: (question) =>
      process.stdin.isTTY && process.stderr.isTTY ? ask(question) : Promise.resolve(true),
    found: () => {
      code = 1;
    },
    progress: (what, work) => (process.stderr.isTTY ? spin(what, work) : tell(what, work)),
    exitCode: () => code,
  };
}

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

async function spin<T>(what: string, work: (say: (what: string) => void) => Promise<T>): Promise<T> {
  const spinning = spinner({ text: `${what}…`, stream: process.stderr });
  const timer = setTimeout(() => spinning.start(), quietMs);
  try {
    return await work((now) => {
      spinning.text = `${now}…`;
    });
  } finally {
    clearTimeout(timer);
    spinning.stop();
  }
}

async function tell<T>(what: string, work: (say: (what: string) => void) => Promise<T>): Promise<T> {
  let patient = true;
  let latest = what;
  const say = (now: string) => {
    latest = now;
    if (!patient) process.stderr.write(`${now}…\n`);
  };
  const timer = setTimeout(() => {
    patient = false;
    say(latest);
  }, quietMs);
  try {
    return await work(say);
  } finally {
    clearTimeout(timer);
  }
}
