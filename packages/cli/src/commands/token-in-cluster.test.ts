import { chmodSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeProject, type Project } from '../project.fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const pod = (name: string, environment = 'dev', ready = true) => ({
  metadata: { name, labels: { 'app.kubernetes.io/instance': environment } },
  status: { containerStatuses: [{ name: 'gateway', ready }] },
});
const created = {
  id: 'tok_1',
  subject: 'ci',
  owner: 'ada',
  roles: [],
  audience: 'mcp',
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'kubectl exec',
  expiresAt: '2030-01-01T00:00:00.000Z',
  revokedAt: null,
  revokedBy: null,
  source: 'created',
  token: 'lks_the-token',
};

/** What a stand-in for kubectl answers: it keeps its arguments and what it reads in files. */
interface Cluster {
  readonly pods?: readonly object[];
  readonly answer?: object;
  readonly fails?: { readonly verb: 'get' | 'exec'; readonly stderr: string };
}

/** Creates a token with a kubectl that is a script. */
async function create(cluster: Cluster, ...options: string[]) {
  const script = `#!${process.execPath}
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
const argv = process.argv.slice(2);
const verb = argv[4];
appendFileSync('asked', argv.join(' ') + '\\n');
const cluster = ${JSON.stringify({ pods: [pod('gateway-1')], answer: { status: 201, body: created }, ...cluster })};
if (cluster.fails?.verb === verb) {
  process.stderr.write(cluster.fails.stderr);
  process.exit(1);
}
if (verb === 'exec') writeFileSync('input', readFileSync(0));
process.stdout.write(JSON.stringify(verb === 'get' ? { items: cluster.pods } : cluster.answer));
`;
  project.write('bin/kubectl', script);
  chmodSync(join(project.folder, 'bin/kubectl'), 0o755);
  const PATH = [join(project.folder, 'bin'), process.env.PATH].join(delimiter);
  const command = ['token', 'create', 'ci', '--owner', 'ada', '--expires', '2030-01-01', ...options];
  return project.runWith({ env: { ...process.env, PATH } }, ...command);
}

const here = ['--in', 'kind-mcp/mcp-dev'];

test("an agent's token comes from the gateway's pod, and no argument holds it", async () => {
  const { code, stdout, stderr } = await create({}, ...here, '--role', 'writer', '--out', 'ci.token');
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain('tok_1: ci of ada with no roles');
  const file = join(project.folder, 'ci.token');
  expect(readFileSync(file, 'utf8')).toBe('lks_the-token\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(project.folder, 'asked'), 'utf8').trim().split('\n')).toEqual([
    '--context kind-mcp --namespace mcp-dev get pods --selector app.kubernetes.io/name=lockstep-gateway --output json',
    '--context kind-mcp --namespace mcp-dev exec --stdin gateway-1 --container gateway -- node /app/lockstep-gateway.mjs token',
  ]);
  expect(JSON.parse(readFileSync(join(project.folder, 'input'), 'utf8'))).toEqual({
    subject: 'ci',
    owner: 'ada',
    roles: ['writer'],
    audience: 'mcp',
    expiresAt: '2030-01-01T00:00:00.000Z',
  });
});

test('a context may have slashes of its own, and --env chooses among gateways', async () => {
  const pods = [pod('gateway-a', 'a'), pod('gateway-b', 'b')];
  const arn = 'arn:aws:eks:eu-west-1:111122223333:cluster/prod';
  const { code } = await create({ pods }, '--in', `${arn}/mcp`, '--env', 'b');
  expect(code).toBe(0);
  expect(readFileSync(join(project.folder, 'asked'), 'utf8')).toContain(
    `--context ${arn} --namespace mcp exec --stdin gateway-b`,
  );
});

const forbidden = 'Error from server (Forbidden): pods is forbidden: User "eve" cannot list resource "pods"';
test.each<[string, Cluster, string[], string]>([
  ['a place without a namespace', {}, ['--in', 'kind'], '--in kind must be a context of your kubeconfig'],
  [
    'a token for people',
    {},
    [...here, '--for', 'admin', '--role', 'auditor'],
    '--in creates tokens for agents',
  ],
  [
    'a role for people',
    {},
    [...here, '--for', 'mcp', '--role', 'approver'],
    '--in creates tokens for agents',
  ],
  [
    'another gateway',
    {},
    [...here, '--url', 'https://x.example'],
    '--in names the gateway; leave out --url.',
  ],
  ['no gateway', {}, [...here, '--offline'], '--offline asks no gateway; leave out --in.'],
  [
    'no pod',
    { pods: [] },
    here,
    "the namespace mcp-dev of kind-mcp has no gateway's pod; deploy it, or check both names.",
  ],
  [
    'several gateways',
    { pods: [pod('a', 'a'), pod('b', 'b')] },
    here,
    'the namespace mcp-dev of kind-mcp has gateways of a, b; choose one with --env.',
  ],
  ["a pod that isn't ready", { pods: [pod('a', 'dev', false)] }, here, "pod a, which isn't ready; see"],
  [
    'an unknown context',
    { fails: { verb: 'get', stderr: 'error: context "kind-mcp" does not exist\n' } },
    here,
    'kubectl knows no context kind-mcp; `kubectl config get-contexts` lists those that it knows.',
  ],
  [
    'no right',
    { fails: { verb: 'get', stderr: `${forbidden}\n` } },
    here,
    'you may not do that in mcp-dev of kind-mcp (pods is forbidden: User "eve" cannot list resource "pods"); ask for the rights to list pods and to create pods/exec there.',
  ],
  [
    'a cluster that is away',
    { fails: { verb: 'get', stderr: 'The connection to the server 127.0.0.1:1 was refused\n' } },
    here,
    "kubectl can't reach the gateway in mcp-dev of kind-mcp: The connection to the server 127.0.0.1:1 was refused.",
  ],
  [
    'what the program in the pod says',
    {
      fails: {
        verb: 'exec',
        stderr: '{"level":"fatal","msg":"No gateway answers."}\ncommand terminated with exit code 1\n',
      },
    },
    here,
    'No gateway answers.',
  ],
  [
    "the gateway's own refusal",
    { answer: { status: 409, body: { error: 'The subject `ci` already belongs to bob.' } } },
    here,
    'The subject `ci` already belongs to bob.',
  ],
])('one sentence says of %s', async (_, cluster, options, sentence) => {
  const { code, stdout, stderr } = await create(cluster, ...options);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^(Asking .+…\n)?lockstep: .+\n$/);
  expect(stderr).toContain(sentence);
});

test('kubectl may be missing', async () => {
  const command = ['token', 'create', 'ci', '--owner', 'ada', ...here];
  expect(await project.runWith({ env: { PATH: join(project.folder, 'none') } }, ...command)).toMatchObject({
    code: 2,
    stderr:
      "lockstep: kubectl isn't installed, and --in needs it; install it, or make the token with --offline.\n",
  });
});
