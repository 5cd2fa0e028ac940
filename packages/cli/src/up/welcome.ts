import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes the work folder with something to read in it, so that a newcomer's agent has a first thing to do. */
export async function welcome(workdir: string, environment: string): Promise<void> {
  if (existsSync(workdir)) return;
  await mkdir(workdir, { recursive: true, mode: 0o700 });
  await writeFile(join(workdir, 'README.md'), textFor(environment));
}

function textFor(environment: string): string {
  return `# The work folder of ${environment}

Servers that are given \`\${workdir}\` read and write here, and every principal shares it.

If an agent has read this far, ask it to write \`hello.md\` next. Under the dev profile it finds no tool that writes:
what is denied isn't listed, and calling it all the same is refused with the clause that says so. Under the prod profile
it waits until humans have approved exactly that content: \`lockstep approvals list\`.
`;
}
