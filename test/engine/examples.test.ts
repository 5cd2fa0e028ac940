import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Engine, standInFor, startEngine } from './pulumi.ts';

const examples = resolve(import.meta.dirname, '../../examples');
const stack = 'engine-test';
const shown = {
  minimal: ['kubernetes:apps/v1:Deployment', 'kubernetes:apps/v1:StatefulSet'],
  'existing-infra': ['pulumi:pulumi:StackReference', 'vault:index:Policy', 'kubernetes:apps/v1:Deployment'],
  inputs: ['docker-build:index:Image', 'aws:ecr:Repository', 'kubernetes:networking.k8s.io/v1:Ingress'],
};

let folder: string;
let engine: Engine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-stand-in-'));
  // The engine looks for providers on PATH first.
  for (const [name, version] of [
    ['kubernetes', '4.34.2'],
    ['vault', '7.8.0'],
    ['aws', '7.48.0'],
    ['docker-build', '0.0.22'],
  ] as const) {
    await standInFor(name, version, folder);
  }
  engine = await startEngine(join(import.meta.dirname, 'platform'), 'prod', {
    PATH: `${folder}:${process.env.PATH}`,
  });
  await engine.pulumi(['up', '--yes', '--skip-preview']);
});

afterAll(async () => {
  await engine?.remove();
  // The engine keeps the salt of the passphrase beside a program.
  for (const name of Object.keys(shown))
    await rm(join(examples, name, `Pulumi.${stack}.yaml`), { force: true });
  await rm(folder, { recursive: true });
});

it.each(Object.entries(shown))('previews examples/%s on a backend of files', async (name, types) => {
  const program = join(examples, name);
  await engine.pulumi(['-C', program, 'stack', 'init', stack]);
  const settings = name === 'minimal' ? ['--config', 'context=somewhere'] : [];
  const preview = await engine.pulumi(['-C', program, 'preview', '--stack', stack, ...settings]);
  for (const type of types) expect(preview).toContain(type);
  expect(preview).toMatch(/\+ \d+ to create/);
});
