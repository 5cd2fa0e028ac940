import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { guardrails } from '@lockstep/guardrails';
import { unpushedDigest } from '@lockstep/model/internal';
import type { ResourceValidationArgs, StackValidationArgs } from '@pulumi/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '..');
const out = mkdtempSync(join(tmpdir(), 'lockstep-guardrails-'));
const stacks = ['dev', 'staging', 'prod'] as const;

interface Resource {
  readonly type: string;
  readonly urn: string;
  readonly props: { readonly kind: string };
}

/** The resources of our own stacks, as an engine would hand them to a policy once their images are pushed. */
const resources = new Map<string, readonly Resource[]>();

beforeAll(async () => {
  const main = join(root, 'packages/cli/src/main.ts');
  const argv = ['--conditions=lockstep-source', main, 'render', '--all', '--out', out];
  await promisify(execFile)(process.execPath, argv, { cwd: root });
  for (const stack of stacks) {
    resources.set(stack, globSync(join(out, stack, '[0-9]*.yaml')).map(readResource));
  }
}, 180_000);
afterAll(() => rmSync(out, { recursive: true }));

function readResource(file: string): Resource {
  const props = parse(readFileSync(file, 'utf8').replaceAll(unpushedDigest, `sha256:${'a'.repeat(64)}`));
  const api = props.apiVersion.includes('/') ? props.apiVersion : `core/${props.apiVersion}`;
  const type = `kubernetes:${api}:${props.kind}`;
  return { type, urn: `urn:pulumi:ours::lockstep::${type}::${props.metadata.name}`, props };
}

type Settings = Readonly<Record<string, unknown>>;

/** What is reported about resources, with these settings of each policy. */
function reports(found: readonly Resource[], config: Readonly<Record<string, Settings | string>> = {}) {
  return guardrails.flatMap((policy) => {
    const messages: string[] = [];
    const report = (message: string) => void messages.push(message);
    const getConfig = () => config[policy.name] ?? {};
    if ('validateStack' in policy) {
      policy.validateStack({ resources: found, getConfig } as unknown as StackValidationArgs, report);
    } else if (typeof policy.validateResource === 'function') {
      for (const one of found) policy.validateResource(one as unknown as ResourceValidationArgs, report);
    }
    return messages.map((message) => ({ policy: policy.name, message }));
  });
}

const of = (stack: string) => resources.get(stack) ?? [];
const config = JSON.parse(readFileSync(join(root, 'stacks/guardrails.json'), 'utf8'));

describe.each(stacks)('our stack %s', (stack) => {
  it('keeps to the guardrails, as stacks/guardrails.json configures them', () => {
    const broken = reports(of(stack), config).filter(({ policy }) => config[policy] !== 'advisory');
    expect(of(stack).length).toBeGreaterThan(50);
    expect(broken).toEqual([]);
  });

  it('has pods and Services that they recognize', () => {
    const without = of(stack).filter(({ props }) => props.kind !== 'NetworkPolicy');
    const opened = without.map((one) =>
      one.props.kind === 'Service' ? { ...one, props: { ...one.props, spec: openSpec(one) } } : one,
    );
    const count = Object.groupBy(reports(opened, config), ({ policy }) => policy);
    expect(count['pods-under-network-policy']).toHaveLength(6);
    expect(count['servers-behind-gateway']).toHaveLength(5);
  });
});

function openSpec({ props }: Resource): object {
  return { ...(props as unknown as { spec: object }).spec, type: 'LoadBalancer' };
}

it('prod allows the destructive tools that its configuration names, and no other, and has no archive yet', () => {
  const found = reports(of('prod'));
  const tools = found
    .filter(({ policy }) => policy === 'no-allowed-destructive-tool-in-prod')
    .map(({ message }) => /: (\S+) is destructive/.exec(message)?.[1]);
  expect(tools).toEqual(config['no-allowed-destructive-tool-in-prod'].tools);
  expect(new Set(found.map(({ policy }) => policy))).toEqual(new Set(Object.keys(config)));
});
