import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { isAlive } from '@lockstep/testing/process';
import { eventually } from '@lockstep/testing/until';
import { expect, it } from 'vitest';
import { startProcess } from './server-process.ts';

const inContainer = { reaper: undefined, cwd: tmpdir(), env: { PATH: process.env.PATH ?? '' } };

it('starts and ends a process and its children without a shell, for images that have none', async () => {
  const script = `
    const { pid } = require('node:child_process').spawn('sleep', ['1000'], { stdio: 'ignore' });
    console.log(pid);
    process.stdin.resume();`;
  const server = startProcess({ ...inContainer, command: 'node', args: ['-e', script] });
  const [line] = (await once(server.output, 'data')) as [Buffer];
  const helper = Number(line);
  expect(await isAlive(helper)).toBe(true);
  await server.stop();
  for (const pid of [server.pid, helper]) await eventually(async () => !(await isAlive(pid)));
});

it("says that a command can't be started without a shell", () => {
  expect(() => startProcess({ ...inContainer, command: 'no-such-command', args: [] })).toThrow(
    /^it can't be started in .* with the command "no-such-command"$/,
  );
});
