import { afterEach, expect, test } from 'vitest';
import type { Project } from '../project.fixture.ts';
import { imports, makePulumiProject } from './pulumi.fixture.ts';
import { findPulumiProject } from './pulumi-project.ts';
import { runProgram } from './run-program.ts';
import type { Registered } from './run-stack.ts';

let project: Project;
afterEach(() => project.remove());

const stacks = ['dev', 'staging', 'prod'];

/** What a program registers as each stack: names of its ConfigMaps, problems, and the process that it ran in. */
async function run(program: string, files: Record<string, string | object> = {}) {
  const settings = stacks.map((stack) => [`Pulumi.${stack}.yaml`, `config:\n  shop:size: of ${stack}\n`]);
  project = makePulumiProject(program, { ...Object.fromEntries(settings), ...files });
  const found = findPulumiProject(project.folder);
  if (found === undefined) throw new Error('no project');
  const registered = await runProgram(found, stacks, project.folder);
  return stacks.map((stack) => summaryOf(registered.get(stack)));
}

function summaryOf(registered: Registered | undefined): string {
  const names = registered?.resources.filter(({ type }) => type === 'kubernetes:core/v1:ConfigMap');
  const problems = registered?.problems.map(({ path, message }) => `${path}: ${message}`);
  return [...(names ?? []).map(({ name }) => name), ...(problems ?? [])].join('; ');
}

const say = (what: string) => `new k8s.core.v1.ConfigMap(\`${what}\`, { metadata: { name: 'c' } });`;

/** Packages that ask for the stack while they are loaded: a module, and one in CommonJS that asks the first. */
const packages = {
  'infra/node_modules/asks/package.json': { name: 'asks', type: 'module', main: 'asks.js' },
  'infra/node_modules/asks/asks.js':
    "import { getStack } from '@pulumi/pulumi';\nexport const stack = getStack();\n",
  'infra/node_modules/passes-on/package.json': { name: 'passes-on', main: 'passes-on.js' },
  'infra/node_modules/passes-on/passes-on.js': "exports.stack = `${require('@pulumi/pulumi').getStack()}`;\n",
  'infra/node_modules/over-it/package.json': { name: 'over-it', type: 'module', main: 'over-it.js' },
  'infra/node_modules/over-it/over-it.js': "export { stack as over } from 'asks';\n",
};

/** A program in a folder that can have packages of its own. */
const inFolder = {
  'Pulumi.yaml': 'name: shop\nruntime: { name: nodejs, options: { typescript: false } }\nmain: infra\n',
};

test('each stack has its own name, settings, modules, globals and surroundings', async () => {
  const program = `${imports}
import { stack } from 'asks';
import { over } from 'over-it';
import passedOn from 'passes-on';
import { count } from './counter.ts';
import data from './data.json' with { type: 'json' };
data.seen = (data.seen ?? 0) + 1;
globalThis.times = (globalThis.times ?? 0) + 1;
const left = process.env.LEFT_BEHIND ?? 'nothing';
process.env.LEFT_BEHIND = 'something';
const folder = process.cwd().endsWith('sub') ? 'moved' : 'same';
process.chdir('sub');
const packages = [stack, over, passedOn.stack].join(' ');
${say('${pulumi.getStack()} ${config.require("size")} ${packages} ${count()} ${data.seen} ${times} ${left} ${folder}')}
`;
  const found = await run('', {
    ...inFolder,
    'infra/index.ts': program,
    'infra/counter.ts': 'let counted = 0;\nexport const count = () => ++counted;\n',
    'infra/data.json': '{}',
    'infra/sub/file': '',
    ...packages,
  });
  const each = (stack: string) => `${stack} of ${stack} ${stack} ${stack} ${stack} 1 1 1 nothing same`;
  expect(found).toEqual(stacks.map(each));
});

test('a package that has nothing to do with Pulumi remembers nothing of another stack', async () => {
  const program = `${imports}
process.env.SETTINGS_OF = pulumi.getStack();
const { settingsOf } = await import('settings');
const { default: old } = await import('old');
const was = typeof btoa;
globalThis.btoa = 'replaced';
${say('${settingsOf()} ${old.settings} ${was}')}
`;
  const found = await run('', {
    ...inFolder,
    'infra/index.ts': program,
    'infra/node_modules/settings/package.json': { name: 'settings', type: 'module', main: 'index.js' },
    'infra/node_modules/settings/index.js': "export { settingsOf } from './inner.js';\n",
    'infra/node_modules/settings/inner.js':
      'const stack = process.env.SETTINGS_OF;\nexport const settingsOf = () => stack;\n',
    'infra/node_modules/old/package.json': { name: 'old', main: 'index.js' },
    'infra/node_modules/old/index.js': "exports.settings = require('./inner.js');\n",
    'infra/node_modules/old/inner.js': 'module.exports = process.env.SETTINGS_OF;\n',
  });
  expect(found).toEqual(stacks.map((stack) => `${stack} ${stack} function`));
});

test('one process runs all stacks', async () => {
  const [first, ...others] = await run(`${imports}${say('process ${process.pid}')}`);
  expect(first).toMatch(/^process \d+$/);
  expect(others).toEqual([first, first]);
});

test('what goes wrong in one stack is told of that stack, and the others are run', async () => {
  const found = await run(`${imports}
if (pulumi.getStack() === 'dev') throw new Error('no such luck');
${say('fine')}
if (pulumi.getStack() === 'staging') setTimeout(() => Promise.reject(new Error('too late')));
await new Promise((resolve) => setTimeout(resolve, 20));
`);
  expect(found).toEqual([
    expect.stringMatching(/^index\.ts:\d+: Error: no such luck; correct the program\.$/),
    expect.stringMatching(/^fine; index\.ts:\d+: Error: too late; correct the program\.$/),
    'fine',
  ]);
});

test('a stack that ends the process, or has no settings, leaves the others as they are', async () => {
  const found = await run(
    `${imports}
if (pulumi.getStack() === 'staging') process.exit(0);
${say('fine')}
`,
    { 'Pulumi.dev.yaml': 'config: [' },
  );
  expect(found).toEqual([
    expect.stringMatching(/^: Pulumi\.dev\.yaml can't be read: .*; correct it\.$/),
    ': index.ts ended before it was run.',
    'fine',
  ]);
});

test('a program in CommonJS is loaded anew too, and what Node would keep has it run in processes of its own', async () => {
  const files = {
    'package.json': { name: 'shop' },
    'counter.js': 'let counted = 0;\nexports.count = () => ++counted;\n',
    'kept.mjs': 'let counted = 0;\nexport const count = () => ++counted;\n',
  };
  const program = (from: string) => `const k8s = require('@pulumi/kubernetes');
const { count } = require('${from}');
${say('counted ${count()}')}`;
  expect(await run('', { ...files, 'index.js': program('./counter') })).toEqual(
    stacks.map(() => 'counted 1'),
  );
  project.remove();
  expect(await run('', { ...files, 'index.js': program('./kept.mjs') })).toEqual(
    stacks.map(() => 'counted 1'),
  );
});
