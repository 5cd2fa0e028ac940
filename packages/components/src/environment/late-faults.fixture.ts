// A program whose environment is wrong in a way that shows only once outputs of other resources are known.
import { output, RunError, secret } from '@pulumi/pulumi';
import { record } from '../recording.fixture.ts';
import type { McpEnvironmentArgs } from './environment-args.ts';
import { McpEnvironment } from './mcp-environment.ts';
import { argsOf, clusterAndVault } from './world.fixture.ts';

const { images } = argsOf();
export const lateFaults = {
  'image by tag': { images: { ...images, gateway: output('registry.example.com/gateway:1') } },
  'unpushed image': { images: { ...images, gateway: output(`x@sha256:${'0'.repeat(64)}`) } },
  namespace: { namespace: output('No') },
  'host of Vault': {
    vault: {
      address: output('https://vault.example.com'),
      mount: { path: 'mcp', version: 2 },
      deliver: 'vault-secrets-operator',
    },
  },
  'secret image': { images: { ...images, gateway: secret('planted.example.com/gateway:1') } },
  'secret namespace': { namespace: secret('Planted') },
  'secret host of Vault': {
    vault: {
      address: secret('https://planted.example.com'),
      mount: { path: 'mcp', version: 2 },
      deliver: 'vault-secrets-operator',
    },
  },
} satisfies Record<string, Partial<McpEnvironmentArgs>>;

// As the engine's host does it: the first fault ends the program with its sentence.
process.on('unhandledRejection', (error) => {
  process.stderr.write(`${RunError.isInstance(error) ? error.message : String(error)}\n`);
  process.exit(1);
});

const fault = lateFaults[process.argv[2] as keyof typeof lateFaults];
await record(() => {
  new McpEnvironment('prod', argsOf(undefined, fault), { providers: clusterAndVault() });
});
