import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPulumiProject, type RegisteredResource, runProgram } from '@lockstep/cli/internal';
import { apply, kubectl } from './kubectl.ts';
import { nodeAddress } from './service.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Runs the CLI as a person would, and returns its output. */
export async function lockstep(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const main = join(root, 'packages/cli/src/main.ts');
  const { stdout } = await run(process.execPath, ['--conditions=lockstep-source', main, ...args], {
    env: { ...process.env, ...env },
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** The resources that a Pulumi program registers as one stack, without an engine. */
export async function registered(
  program: string,
  stack: string,
  env: Record<string, string>,
): Promise<readonly RegisteredResource[]> {
  const project = findPulumiProject(root, program);
  if (project === undefined) throw new Error(`${program} is not a Pulumi program`);
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const found = (await runProgram(project, [stack], root)).get(stack);
    if (found === undefined || found.problems.length > 0) throw new Error(JSON.stringify(found?.problems));
    return found.resources;
  } finally {
    process.env = before;
  }
}

/** A Service in the namespace `outside` that leads to a port of the node. */
export function outsideService(name: string, port: number, nodePort: number): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: outside }
spec: { ports: [{ name: http, port: ${port} }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}, namespace: outside, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
ports: [{ name: http, port: ${nodePort} }]
endpoints: [{ addresses: ["${nodeAddress}"] }]
`;
}

/** Makes a volume by hand, since this cluster has no provisioner. The test deletes it. */
export async function staticVolume(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-volume-'));
  await apply(`
apiVersion: v1
kind: PersistentVolume
metadata: { name: ${name} }
spec:
  capacity: { storage: 1Gi }
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: ""
  local: { path: ${folder} }
  nodeAffinity:
    required:
      nodeSelectorTerms:
        - matchExpressions: [{ key: kubernetes.io/hostname, operator: In, values: [node1] }]
`);
  return folder;
}

/** Makes a token and its entry for the file. */
async function offlineToken(subject: string, owner: string, rest: readonly string[]) {
  const args = ['token', 'create', subject, '--owner', owner, ...rest, '--offline', '--json'];
  return JSON.parse(await lockstep(args)) as { token: string; entry: object };
}

/** Makes the Secrets that a person makes before the first deployment. Returns the tokens in them, by subject. */
export async function makeSecrets(namespace: string): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-secrets-'));
  try {
    const keys = join(folder, 'keys');
    await lockstep(['keys', 'create', keys]);
    const admin = ['--for', 'admin', '--role', 'approver'];
    const made = {
      agent: await offlineToken('agent', 'agents@example.com', []),
      ada: await offlineToken('ada', 'ada@example.com', admin),
      bob: await offlineToken('bob', 'bob@example.com', admin),
    };
    await mkdir(keys, { recursive: true });
    await writeFile(
      join(folder, 'tokens.json'),
      JSON.stringify(Object.values(made).map(({ entry }) => entry)),
    );
    const create = ['create', 'secret', 'generic', '--namespace', namespace];
    await kubectl(...create, 'keys', `--from-file=${keys}`);
    await kubectl(...create, 'tokens', `--from-file=${join(folder, 'tokens.json')}`);
    return Object.fromEntries(Object.entries(made).map(([name, { token }]) => [name, token]));
  } finally {
    await rm(folder, { recursive: true });
  }
}
