import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../project.fixture.ts';

let project: Project;
const line = (fields: object) =>
  `${JSON.stringify({ level: 'info', time: '2026-01-02T03:04:05Z', ...fields })}\n`;
const lines = [
  line({ msg: 'the gateway is up' }),
  line({ server: 'kube', stderr: 'no cluster', msg: 'server wrote to stderr' }),
  line({ server: 'kube', level: 'warn', msg: 'a server ended by itself', time: '2026-01-03T03:04:05Z' }),
];

beforeAll(() => {
  project = makeProject({ '.lockstep/dev/log.jsonl': lines.join('') });
});
afterAll(() => project.remove());

const printed = async (...args: string[]) => (await project.run('logs', ...args)).stdout.trim().split('\n');

test('shows everything, one server, what is grave, or what is new', async () => {
  expect(await printed()).toHaveLength(4);
  expect(await printed('kube')).toEqual([
    expect.stringMatching(/ kube {2}server wrote to stderr$/),
    '    | no cluster',
    expect.stringMatching(/ warn {3}kube {2}a server ended by itself$/),
  ]);
  expect(await printed('--level', 'warn')).toHaveLength(1);
  expect(await printed('--since', '2026-01-03')).toHaveLength(1);
  expect(await printed('--json', '--level', 'warn')).toEqual([lines[2]?.trim()]);
});

test('says where nothing has run, and which of several to choose', async () => {
  expect(await project.run('logs', '--env', 'prod')).toMatchObject({
    code: 2,
    stderr: `lockstep: prod hasn't run on the state folder .lockstep; start it with \`lockstep up\`, or name another with --state.\n`,
  });
  expect(await project.run('logs', '--state', 'other')).toMatchObject({ code: 2 });
  project.write('.lockstep/prod/log.jsonl', '');
  expect(await project.run('logs')).toMatchObject({
    code: 2,
    stderr: 'lockstep: several environments have run on .lockstep: dev, prod; choose one with --env.\n',
  });
});
