import { output } from '@pulumi/pulumi';
import { describe, expect, it } from 'vitest';
import { record } from '../recording.fixture.ts';
import type { McpEnvironmentArgs } from './environment-args.ts';
import { McpEnvironment } from './mcp-environment.ts';
import { argsOf, clusterAndVault } from './world.fixture.ts';

/** What a program without a type check may pass. */
type Unchecked = Record<string, unknown>;

const fine = argsOf() as unknown as Unchecked;
const gateway = fine.gateway as Unchecked;
const within = (field: string, change: unknown): Unchecked => ({
  [field]: { ...(fine[field] as Unchecked), ...(change as Unchecked) },
});
const decides =
  'is an Output or a promise, but it decides what is deployed, which a preview must show; give it as a plain value.';

describe('one sentence names the component, the path and what to do for', () => {
  it.each<[string, Unchecked, string]>([
    [
      'no environment',
      { environment: undefined },
      'environment: is missing; give one from `defineEnvironments`.',
    ],
    [
      'all environments',
      { environment: { prod: fine.environment } },
      "environment: isn't an environment; give one from `defineEnvironments`, such as `environments.prod`.",
    ],
    [
      'the name of an environment',
      { environment: 'prod' },
      "environment: isn't an environment; give one from `defineEnvironments`, such as `environments.prod`.",
    ],
    [
      'a size in another unit',
      within('gateway', { storage: { size: '10GB' } }),
      'gateway.storage.size: must be an amount as Kubernetes writes it, such as 10Gi or 500Mi.',
    ],
    [
      "a size of a server's volume without a number",
      { servers: { files: { data: { size: 'large' } } } },
      'servers.files.data.size: must be an amount as Kubernetes writes it, such as 10Gi or 500Mi.',
    ],
    [
      'a URL as the archive',
      within('gateway', { archive: 's3://audit' }),
      'gateway.archive: must be an object, not a string.',
    ],
    [
      'an archive without a region',
      within('gateway', { archive: { bucket: 'audit' } }),
      'gateway.archive.region: is missing; it must be a string.',
    ],
    ['no network', { network: undefined }, 'network: is missing; it must be an object.'],
    ['no namespace', { namespace: undefined }, 'namespace: is missing; it must be a string.'],
    ['no owner', { owner: undefined }, 'owner: is missing; it must be a string.'],
    ['no images', { images: undefined }, 'images: is missing; it must be an object.'],
    ['no gateway', { gateway: undefined }, 'gateway: is missing; it must be an object.'],
    [
      'no keys',
      within('gateway', { keysSecret: undefined }),
      'gateway.keysSecret: is missing; name the Secret',
    ],
    [
      'no storage',
      within('gateway', { storage: undefined }),
      'gateway.storage: is missing; it must be an object.',
    ],
    ['an unknown field', { network2: {} }, 'network2: unknown field; did you mean `network`?'],
    ['a field of nothing', { quux: 1 }, 'quux: unknown field; remove it or correct its spelling.'],
    [
      'an unknown setting of the gateway',
      within('gateway', { replica: 1 }),
      'gateway.replica: unknown field; did you mean `replicas`?',
    ],
    [
      'an unknown setting of a server',
      { servers: { files: { resource: {} } } },
      'servers.files.resource: unknown field; did you mean `resources`?',
    ],
    [
      'an unknown setting of the network',
      within('network', { hostnames: 'cilium' }),
      'network.hostnames: unknown field; did you mean `hostNames`?',
    ],
    [
      'an unknown setting of Vault',
      within('vault', { adress: 'x' }),
      'vault.adress: unknown field; did you mean `address`?',
    ],
    [
      'an unknown setting of monitoring',
      { monitoring: { operator: 'none', treshold: {} } },
      'monitoring.treshold: unknown field; did you mean `thresholds`?',
    ],
    [
      'an unknown field of a volume',
      within('gateway', { storage: { size: '1Gi', class: 'fast' } }),
      'gateway.storage.class: unknown field; remove it or correct its spelling.',
    ],
    [
      'an unknown way in',
      within('gateway', { expose: { loadBalancer: {} } }),
      'gateway.expose.loadBalancer: unknown field;',
    ],
    [
      'an unknown field of an Ingress',
      within('gateway', {
        expose: { ingress: { className: 'nginx', hostname: 'a', host: 'a', tlsSecret: 't' } },
      }),
      'gateway.expose.ingress.hostname: unknown field; did you mean `host`?',
    ],
    ['an Output as servers', { servers: output({}) }, `servers: ${decides}`],
    ['an Output as one server', { servers: { files: output({}) } }, `servers.files: ${decides}`],
    [
      'an Output as egress',
      within('gateway', { egress: output(['a.example.com']) }),
      `gateway.egress: ${decides}`,
    ],
    ['an Output as a toggle', within('gateway', { protect: output(false) }), `gateway.protect: ${decides}`],
    ['an Output as the environment', { environment: output({}) }, `environment: ${decides}`],
    ['an Output as the network', { network: output({}) }, `network: ${decides}`],
    [
      'an Output as the way to enforce names',
      { network: { hostNames: output('cilium') } },
      `network.hostNames: ${decides}`,
    ],
    [
      'an Output as the number of pods',
      { servers: { github: { replicas: output(2) } } },
      `servers.github.replicas: ${decides}`,
    ],
    ['a promise as monitoring', { monitoring: Promise.resolve({}) }, `monitoring: ${decides}`],
    [
      'an Output as what delivers secrets',
      within('vault', { deliver: output('agent-injector') }),
      `vault.deliver: ${decides}`,
    ],
    [
      'an Output inside a text',
      within('gateway', { hosts: [`mcp.${output('example.com')}`] }),
      'gateway.hosts[0]: has an Output inside a text, where it has no value yet; use `interpolate` of @pulumi/pulumi.',
    ],
    ['a number as the namespace', { namespace: 7 }, 'namespace: must be a string, not a number.'],
    [
      'a text as a toggle',
      within('gateway', { protect: 'false' }),
      'gateway.protect: must be true or false, not a string.',
    ],
    [
      'a text as the number of pods',
      { servers: { github: { replicas: '2' } } },
      'servers.github.replicas: must be a number',
    ],
    [
      'a text as a list',
      within('gateway', { clients: 'agents' }),
      'gateway.clients: must be a list, not a string.',
    ],
    [
      'an unknown level of the log',
      within('gateway', { logLevel: 'trace' }),
      'gateway.logLevel: must be "debug" or',
    ],
    [
      'an unknown delivery',
      within('vault', { deliver: 'eso' }),
      'vault.deliver: must be "vault-secrets-operator" or "external-secrets" or "agent-injector".',
    ],
    [
      'an unknown version of the engine',
      within('vault', { mount: { path: 'mcp', version: 3 } }),
      'vault.mount.version: must be',
    ],
    ['nothing at all', undefined as never, 'args: is missing'],
  ])('%s', async (_, change, sentence) => {
    const args = change === undefined ? undefined : { ...fine, gateway, ...change };
    const registered: string[] = [];
    const program = () => {
      new McpEnvironment('prod', args as unknown as McpEnvironmentArgs, { providers: clusterAndVault() });
    };
    const message = await record(program, false, registered).then(
      () => 'nothing is refused',
      (error: Error) => error.message,
    );
    expect(message).toContain(`McpEnvironment prod: ${sentence}`);
    expect(message.split('\n')).toHaveLength(1);
    expect(registered).toEqual([]);
  });
});
