import { join } from 'node:path';
import { defineEnvironments, defineServers } from '@lockstep/model';
import { makeBundle } from '@lockstep/model/internal';
import { releaseOf } from '@lockstep/testing/release';
import { request } from 'undici';
import { inspectServer } from '../compose/inspect.ts';
import { startGateway } from '../compose/start-gateway.ts';
import type { SecretSource } from '../secrets/secret-source.ts';
import { noLog } from './upstream/stage.ts';

/** A gateway in this process, in front of one server. */
export interface SecretGateway extends AsyncDisposable {
  /** Calls its tool `add` with 1 and 2, and returns the text of the answer. */
  add(): Promise<string>;
  metrics(): Promise<string>;
}

/**
 * Locks the SDK's server at `url` as it is, and puts a gateway in front of it.
 *
 * @param reference the secret that the server expects in `Authorization: Bearer …`.
 */
export async function openSecretGateway(
  url: string,
  reference: string,
  source: SecretSource,
  folder: string,
): Promise<SecretGateway> {
  const secrets = {
    Authorization: { reference, delivery: 'header', template: 'Bearer ${secret}' },
  } as const;
  const servers = defineServers({ docs: { remote: { url }, secrets } });
  const host = { workdir: folder, principalDir: () => folder, log: noLog, maxResultBytes: 1_000_000 };
  const catalog = await inspectServer(
    { name: 'docs', definition: servers.docs as never, launch: { type: 'http', url } },
    { ...host, secrets: source },
  );
  const release = releaseOf({
    tools: [...catalog.tools.values()] as never,
    ...(catalog.instructions !== null && { instructions: catalog.instructions }),
  });
  const lock = {
    lockVersion: 1,
    servers: { docs: { releases: { '1': { ...release, source: { type: 'remote', url } } } } },
  };
  const { dev } = defineEnvironments({
    servers,
    lock,
    environments: { dev: { profile: 'dev', releases: { docs: '1' } } },
  });
  const bundle = makeBundle(dev as NonNullable<typeof dev>);
  const gateway = await startGateway({
    bundle: { read: async () => ({ files: bundle.files }), stamp: async () => bundle.digest },
    launch: async () => ({ type: 'http', url }),
    stateDir: join(folder, 'state'),
    port: 0,
    secrets: source,
    logLevel: 'silent',
  });
  return {
    metrics: async () => (await request(gateway.metricsUrl)).body.text(),
    async add(): Promise<string> {
      const meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      };
      const params = { name: 'add', arguments: { a: 1, b: 2 }, _meta: meta };
      const reply = await request(`${gateway.url}/mcp/docs`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'tools/call',
          'mcp-name': 'add',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
      });
      const { result, error } = (await reply.body.json()) as {
        result?: { content: { text: string }[] };
        error?: object;
      };
      return result?.content[0]?.text ?? JSON.stringify(error);
    },
    async [Symbol.asyncDispose]() {
      await gateway.close();
    },
  };
}
