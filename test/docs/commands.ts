import { type CommandContext, processContext } from '@lockstep/cli';
import { buildProgram } from '@lockstep/cli/internal';
import type { Block } from '@lockstep/testing/markdown';

/** The arguments of every `lockstep …` in a block of shell commands. */
export function commandLines({ text }: Block): string[][] {
  const lines = text.replaceAll(/\\\n\s*/g, ' ').split('\n');
  return lines.flatMap((line) => {
    const [first = '', ...rest] = wordsOf(line.replace(/^npm start(?: --)?/, 'lockstep up'));
    return first === 'lockstep' ? [rest] : [];
  });
}

/** The words of one simple command, up to a redirection or another command. */
function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|([^\s'"]+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
  const end = words.findIndex((word) => /^(\||&&|;|>{1,2}|#.*)$/.test(word));
  return end < 0 ? words : words.slice(0, end);
}

/** The real command's objection to a command line, found without running it; undefined if it has none. */
export async function complaint(argv: readonly string[]): Promise<string | undefined> {
  const notes: string[] = [];
  const program = await buildProgram(quietContext(notes));
  withoutActions(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return undefined;
  } catch (error) {
    return notes.join(' ') || String(error);
  }
}

function withoutActions(command: Awaited<ReturnType<typeof buildProgram>>): void {
  if (command.commands.length === 0 || command.registeredArguments.length > 0) command.action(() => {});
  for (const child of command.commands) withoutActions(child);
}

function quietContext(notes: string[]): CommandContext {
  return {
    ...processContext(),
    print: () => {},
    note: (line) => void notes.push(line),
  };
}
