import { resolve } from 'node:path';
import { execPath } from 'node:process';
import { afterEach, expect, test } from 'vitest';
import { lockedRelease, lockedTool, lockOfFiles, type Project, program } from '../project.fixture.ts';
import { imports, makePulumiProject } from '../render/pulumi.fixture.ts';

const scripts = resolve(import.meta.dirname, '../../../../test/servers');

let project: Project;
afterEach(() => project.remove());

const servers = `  files: {
    run: { npm: '@example/files' },
    egress: ['safe.example.com', { host: 'api.example.com', unenforced: true }],
  },`;
const environments = (rules = '') => `    dev: { profile: 'dev', releases: { files: '1.0.0' } },
    prod: { profile: 'prod', releases: { files: '1.0.0' }, rules: [${rules}] },`;
const allow = "{ name: 'write', tools: 'files/write_file', decision: 'allow' }";

/** Deploys each tool's permissions as a key of a ConfigMap. */
const deploying = `${imports}
import { permissionTable, printTable } from '@lockstep/model/internal';
import { environments } from './environments.ts';
const table = permissionTable(environments[pulumi.getStack()]);
const data = Object.fromEntries(table.entries.map((entry) => [entry.target.replace('/', '.'), printTable({ ...table, entries: [entry] })]));
new k8s.core.v1.ConfigMap('table', { metadata: { name: 'table', namespace: 'mcp' }, data });
`;

/** A project in one folder: environments, lock, and the Pulumi program that deploys them. */
function make(
  tools = [
    lockedTool('read_file', 'read', 'Reads a file.'),
    lockedTool('write_file', 'write', 'Writes a file.'),
  ],
) {
  project = makePulumiProject('', {
    '.gitignore': 'node_modules\n.lockstep\n',
    'Pulumi.yaml':
      'name: shop\nmain: stacks\nruntime: { name: nodejs, options: { typescript: false, nodeargs: "--conditions=lockstep-source" } }\n',
    'Pulumi.prod.yaml': '',
    'stacks/index.ts': deploying,
    'stacks/environments.ts': program({ servers, environments: environments() }),
    'stacks/tools.lock.json': lockOfFiles({ '1.0.0': lockedRelease('1.0.0', tools) }),
  });
  project.git('init', '-q', '-b', 'main');
  project.git('add', '.');
  project.git('commit', '-q', '-m', 'first');
}

test('says of each check that it holds', async () => {
  make();
  const { code, stdout } = await project.run('check', '--offline');
  expect({ code, lines: stdout.trimEnd().split('\n') }).toEqual({
    code: 0,
    lines: [
      'environments: dev, prod hold together',
      'lock: not compared with the servers (--offline)',
      'classes: all confirmed',
      'descriptions: present and distinct',
      'schemas: strict',
      'objects: 1 in dev, 1 in prod',
      'egress:',
      '  files: api.example.com:443 (unenforced)',
      'advice:',
      expect.stringMatching(/^ {2}files 1\.0\.0: 2 of 2 tools take arguments that their schemas don't name/),
    ],
  });
});

test('tells every finding, whatever else was found', async () => {
  const strange = lockedTool('strange', 'read', 'Reads a file.');
  const schema = { type: 'array', items: { $ref: 'https://evil.example/s.json' }, default: { $ref: 'x' } };
  const definition = { ...strange.definition, inputSchema: schema };
  const { definitionDigest } = await import('@lockstep/model/internal');
  const digest = definitionDigest(definition, 'tools', 'strange', []);
  make([
    { ...lockedTool('read_file', 'read', ' reads a  FILE. '), reviewed: false },
    lockedTool('write_file', 'write', ''),
    { ...strange, definition, digest },
  ]);
  project.write('stacks/index.ts', "throw new Error('no such luck');");
  const { code, stdout } = await project.run('check', '--offline', '--format', 'json');
  expect(code).toBe(1);
  const found = (
    JSON.parse(stdout).checks as { name: string; findings: { path: string; message: string }[] }[]
  ).flatMap(({ name, findings }) => findings.map(({ path, message }) => `${name}: ${path}: ${message}`));
  expect(found).toEqual([
    'classes: files/read_file 1.0.0: counts as destructive until a person has confirmed its class; read it and run `lockstep lock confirm files/read_file --class read`.',
    expect.stringMatching(/^descriptions: files\/write_file 1\.0\.0: has no description/),
    expect.stringMatching(/^descriptions: files\/read_file: has the same description as files\/strange,/),
    expect.stringMatching(/^schemas: files\/strange 1\.0\.0: .* its type is "array" and not "object"/),
    expect.stringMatching(/^schemas: files\/strange 1\.0\.0: .* \/items\/\$ref refers to another document/),
    expect.stringMatching(/^objects: dev, prod: stacks\/index\.ts:1: Error: no such luck/),
  ]);
});

test("goes on with the lock where environments don't hold together", async () => {
  make([{ ...lockedTool('read_file', 'read', 'Reads a file.'), reviewed: false }]);
  project.write(
    'stacks/environments.ts',
    program({
      servers,
      environments: environments("{ name: 'none', tools: 'files/none', decision: 'allow' }"),
    }),
  );
  const { code, stdout } = await project.run('check', '--offline');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^environments: 1 finding\n {2}environments\.prod\.rules\[0\]\.tools/);
  expect(stdout).toContain('classes: 1 finding\n');
});

test('compares the lock with what servers offer, when it may start them', async () => {
  make();
  const args = JSON.stringify([resolve(scripts, 'changing.ts'), resolve(project.folder, 'trigger')]);
  project.write(
    'stacks/environments.ts',
    program({
      servers: `  changing: { run: { command: '${execPath}', args: ${args} } },`,
      environments: "    dev: { profile: 'dev', releases: { changing: '1.0.0' } },",
    }),
  );
  await project.run('lock');
  await project.run('lock', 'confirm', 'changing/lookup', 'changing/steady', '--class', 'read');
  expect((await project.run('check')).stdout).toContain('lock: 1 release as locked\n');
  project.write('trigger', '');
  const { code, stdout } = await project.run('check');
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^lock: \d findings?\n {2}changing 1\.0\.0: differs from the lock: tools\/lookup: description changed/m,
  );
});

test('moving one tool from approve to allow shows as that one tool, in permissions and in objects', async () => {
  make();
  project.write('stacks/environments.ts', program({ servers, environments: environments(allow) }));
  const { code, stdout } = await project.run(
    'check',
    '--offline',
    '--against',
    'HEAD',
    '--format',
    'markdown',
  );
  expect(code).toBe(0);
  expect(stdout).toContain(`### Permissions

#### prod

\`\`\`diff
- files/write_file approve by 1 of approver
+ files/write_file allow
\`\`\`

### Releases

No release changes.

### Objects

<details><summary>prod: 0 added, 1 changed, 0 removed</summary>

\`\`\`diff
! ConfigMap mcp/table
  data["files.write_file"]
-   files/write_file write approve by 1 of approver within 86400s # profile.prod
+   files/write_file write allow # rules.write
\`\`\``);
}, 90_000);

test('compares with a folder that was rendered before; where there is none, all is new', async () => {
  make();
  const check = (base: string) => project.run('check', '--offline', '--against', 'HEAD', '--base', base);
  expect((await check('base')).stdout).toContain(
    'dev: ConfigMap mcp/table added\nprod: ConfigMap mcp/table added\n',
  );
  expect(await project.run('render', '--all', '--out', 'base')).toMatchObject({ code: 0 });
  expect((await check('base')).stdout).toMatch(/^Nothing changes\.$/m);
  expect(await project.run('check', '--base', 'base')).toMatchObject({
    code: 2,
    stderr: 'lockstep: --base holds the objects of another commit; name that with --against.\n',
  });
}, 90_000);

test('a program that fails is never compared as one that deploys nothing', async () => {
  make();
  project.write(
    'stacks/index.ts',
    `${deploying}
if (pulumi.getStack() === 'prod') throw new Error('no such luck');
`,
  );
  const run = (...more: string[]) => project.run('check', '--offline', '--against', 'HEAD', ...more);
  const { code, stdout } = await run('--format', 'markdown');
  expect(code).toBe(1);
  expect(stdout).toContain('prod: not compared, since the program fails.');
  expect(stdout).not.toContain('removed');
  expect((await run()).stdout).toContain('prod: objects not compared, since the program fails.');
}, 90_000);

test("can't run without a program", async () => {
  make();
  expect(await project.run('check', '--config', 'none.ts')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^lockstep: none\.ts doesn't exist/),
  });
});
