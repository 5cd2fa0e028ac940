import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bundleRuleFile,
  dashboard,
  defaultThresholds,
  type RuleOptions,
  ruleFile,
} from '@lockstep/components/internal';
import { defineEnvironments, defineServers, secret } from '@lockstep/model';
import { makeBundle, packBundle, volumeFiles } from '@lockstep/model/internal';
import { volumeFilesOf, writeVolume } from '@lockstep/testing/kubelet-volume';
import { anchorsOf, pageAt } from '@lockstep/testing/markdown';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../end-to-end/clients.ts';
import { httpRelease, openHttpServer } from '../end-to-end/http-server.ts';
import { makePod } from '../end-to-end/pod.ts';
import { labelsIn, usedIn } from './used.ts';

const options: RuleOptions = {
  environment: 'prod',
  series: { namespace: 'mcp-prod' },
  thresholds: defaultThresholds,
  runbooks: 'docs/monitoring.md',
};
const rules = [ruleFile(options), bundleRuleFile(options, `sha256:${'a'.repeat(64)}`)]
  .flatMap(({ groups }) => groups)
  .flatMap((group) => group.rules);
const { panels } = JSON.parse(JSON.stringify(dashboard(options))) as {
  panels: { title: string; targets: { expr: string }[] }[];
};

/** An address at which nothing listens. */
const nowhere = 'http://127.0.0.1:1';

const opened = new AsyncDisposableStack();
let emitted: Map<string, Set<string>>;

beforeAll(async () => {
  const server = opened.use(await openHttpServer('one'));
  const pod = opened.use(await makePod());
  const { token, entry } = await pod.makeToken('ci');
  await pod.writeTokens([entry]);
  await writeVolume(join(pod.folder, 'bundle'), volumeOf(server.url));
  const gateway = await pod.start();
  opened.defer(async () => void (await gateway.stop()));

  const client = await connect('modern', `${gateway.url}/mcp`, token);
  opened.defer(() => client.close());
  expect((await client.call('one__whoami')).text).toBe('one');
  expect((await client.call('one__wait')).isError).toBe(true);
  await (await request(`${gateway.url}/mcp`, { method: 'POST', body: '{}' })).body.dump();

  const { metricsUrl } = JSON.parse(await readFile(join(gateway.state, 'run/gateway.json'), 'utf8'));
  emitted = labelsIn(await (await request(metricsUrl)).body.text());
});
afterAll(() => opened.disposeAsync());

/** A bundle with a server that answers, one whose Vault is away, and an archive that is away too. */
function volumeOf(url: string): Map<string, Uint8Array> {
  const release = httpRelease(url);
  const { dev } = defineEnvironments({
    servers: defineServers({
      one: { remote: { url } },
      two: { remote: { url }, secrets: { 'X-Key': secret('mcp/two#key', { delivery: 'header' }) } },
    }),
    lock: {
      lockVersion: 1,
      servers: { one: { releases: { a: release } }, two: { releases: { a: release } } },
    },
    environments: {
      dev: {
        profile: 'dev',
        releases: { one: 'a', two: 'a' },
        rules: [{ name: 'no-waiting', tools: 'one/wait', decision: { deny: 'nobody waits' } }],
      },
    },
  });
  if (dev === undefined) throw new Error('no environment');
  const deployment = {
    deploymentVersion: 1,
    servers: { one: { url }, two: { url, vaultRole: 'two' } },
    vault: { address: nowhere, mount: 'mcp' },
    archive: { bucket: 'audit', region: 'eu-west-1', endpoint: nowhere },
  };
  const { config, tables, releases } = packBundle(makeBundle(dev));
  const all = { ...config, [volumeFiles.deployment]: JSON.stringify(deployment) };
  return volumeFilesOf([all, ...tables], releases);
}

/** What an expression needs but the gateway doesn't emit. */
function missingFor(expr: string): string[] {
  return usedIn(expr).flatMap(({ metric, labels }) => {
    const known = emitted.get(metric);
    if (known === undefined) return [metric];
    return labels.filter((label) => !known.has(label)).map((label) => `${metric}{${label}}`);
  });
}

describe('a running gateway emits what is needed', () => {
  it.each(rules.map(({ alert, expr }) => [alert, expr]))('by the alert %s', (_alert, expr) => {
    expect(usedIn(expr)).not.toEqual([]);
    expect(missingFor(expr)).toEqual([]);
  });

  it.each(panels.map(({ title, targets }) => [title, targets]))('by the panel “%s”', (_title, targets) => {
    expect(targets.flatMap(({ expr }) => usedIn(expr))).not.toEqual([]);
    expect(targets.flatMap(({ expr }) => missingFor(expr))).toEqual([]);
  });
});

it('every alert has its runbook', () => {
  const anchors = anchorsOf(pageAt('docs/monitoring.md'));
  for (const { annotations } of rules) {
    const [page, anchor] = annotations.runbook_url?.split('#') ?? [];
    expect(page).toBe('docs/monitoring.md');
    expect(anchors).toContain(anchor);
  }
});
