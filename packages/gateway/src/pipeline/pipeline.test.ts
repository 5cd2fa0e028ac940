import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineEnvironments, defineServers } from '@lockstep/model';
import { digestOf, loadBundle, makeBundle, type Principal, type Release } from '@lockstep/model/internal';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClientSessions } from '../client/client-sessions.ts';
import { createStreams } from '../client/streams.ts';
import { allowedHosts } from '../identity/host-guard.ts';
import { CallAbort } from '../kernel/call-signal.ts';
import { openKeys } from '../keys/keys.ts';
import { createLists } from '../lists/lists.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { makePolicy } from '../policy/policy.ts';
import { openStore } from '../store/open-store.ts';
import {
  type RequestOptions,
  type UpstreamAnswer,
  UpstreamError,
  type UpstreamRequest,
} from '../upstream/transport/transport.ts';
import type { GatewayContext } from './context.ts';
import type { Answer, Received } from './exchange.ts';
import { handle } from './pipeline.ts';
import { RequestRecord } from './request-record.ts';

const tool = (name: string, classOf: 'read' | 'write' | 'destructive') => {
  const definition = {
    name,
    description: `Does ${name}.`,
    inputSchema: { type: 'object', properties: { path: { type: 'string' }, n: {} }, required: ['path'] },
  };
  return {
    definition,
    digest: digestOf(definition),
    class: classOf,
    classFrom: 'person' as const,
    reviewed: true,
  };
};
const prompt = { name: 'hello', arguments: [{ name: 'who', required: true }] };

const lock = {
  lockVersion: 1,
  servers: {
    files: {
      releases: {
        '1': {
          source: { type: 'remote', url: 'http://127.0.0.1:1/mcp' },
          serverInfo: { name: 'files', version: '1' },
          instructions: null,
          tools: {
            read: tool('read', 'read'),
            write: tool('write', 'write'),
            drop: tool('drop', 'destructive'),
          },
          prompts: { hello: { definition: prompt, digest: digestOf(prompt) } },
          resourceTemplates: {},
          resources: true,
          completions: true,
        },
      },
    },
  },
};

const { prod } = defineEnvironments({
  servers: defineServers({ files: { remote: { url: 'http://127.0.0.1:1/mcp' } } }),
  lock,
  environments: {
    prod: {
      profile: 'prod',
      releases: { files: '1' },
      rules: [
        {
          name: 'no-secrets',
          tools: 'files/resource:file:///secret/*',
          decision: { deny: 'secrets stay where they are' },
        },
        { name: 'own-folder', tools: 'files/write', when: 'pathUnder(args.path, "mine")', decision: 'allow' },
      ],
    },
  },
});

const alice: Principal = { issuer: 'test', subject: 'agent', owner: 'alice', roles: [] };
let folder: string;
let context: GatewayContext;
let sent: { message: UpstreamRequest; key: string }[];
let respond: (message: UpstreamRequest) => Promise<UpstreamAnswer>;
let quarantine: Map<string, string>;
/** The server's release in the upstreams, for tests in which a new bundle replaces it. */
let release: Release | undefined;
let recorded: { kind: string; decision?: string; outcome?: string; error?: string; target?: string }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-pipeline-'));
  const keys = await openKeys(folder).catch(async () => {
    throw new Error('keys could not be made');
  });
  const store = await openStore({
    dataDir: join(folder, 'data'),
    keys,
    environment: 'prod',
    onLost: () => undefined,
  });
  const policy = makePolicy(loadBundle(makeBundle(prod).files));
  const upstreams = {
    request: async (_server: string, key: string, message: UpstreamRequest, options: RequestOptions) => {
      options.beforeSend?.();
      sent.push({ message, key });
      return respond(message);
    },
    verify: async () => undefined,
    quarantine: () => quarantine,
    isAbsent: () => false,
    release: () => release ?? policy.servers.get('files')?.release,
    offersUnlocked: (_server: string, item: string) => item === 'tools/sneaky',
    health: () => [],
    update: async () => undefined,
    releaseKey: () => undefined,
    close: async () => undefined,
  };
  context = {
    allowedHosts: () => allowedHosts(7411),
    checkToken: () => ({ refused: 'no token is known here' }),
    localUser: () => alice,
    store: {
      ...store,
      append: (record, durability) => {
        recorded.push(record as (typeof recorded)[number]);
        return store.append(record, durability);
      },
    },
    keys,
    upstreams,
    lists: createLists(upstreams),
    sessions: createClientSessions(() => undefined),
    streams: createStreams(),
    metrics: createMetrics({
      health: () => [],
      approvalsWaiting: async () => 0,
      auditLag: () => 0,
      archive: { lag: async () => 0, failures: () => 0 },
    }),
    log: pino({ level: 'silent' }),
    policy: () => policy,
    publicUrl: () => 'http://127.0.0.1:7411',
  };
});

afterAll(async () => {
  // If the store couldn't be opened, only its folder exists.
  await context?.store.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  sent = [];
  recorded = [];
  quarantine = new Map();
  release = undefined;
  respond = async () => ({ result: { content: [{ type: 'text', text: 'done' }], resultType: 'complete' } });
});

async function send(
  method: string,
  params: object,
  body?: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; reply: Record<string, never> & { result: never; error: never } }> {
  const name =
    'name' in params
      ? { 'mcp-name': String(params.name) }
      : 'uri' in params
        ? { 'mcp-name': String(params.uri) }
        : {};
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const message = {
    jsonrpc: '2.0',
    id: 1,
    method,
    params: { ...params, _meta: { ...envelope, ...('_meta' in params ? (params._meta as object) : {}) } },
  };
  const received: Received = {
    verb: 'POST',
    headers: {
      host: '127.0.0.1:7411',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...name,
      ...headers,
    },
    remoteAddress: '127.0.0.1',
    body: body ?? JSON.stringify(message),
    endpoint: 'files',
    policy: context.policy(),
    signal: new CallAbort(),
    notify: () => undefined,
    record: new RequestRecord(context.policy()),
  };
  const answer = (await handle(received, context)) as Exclude<Answer, { stream: unknown }>;
  return { status: answer.status, reply: answer.reply as never };
}

const call = (name: string, args: object, meta: object = {}) =>
  send('tools/call', { name, arguments: args, _meta: meta });

describe('the pipeline', () => {
  it('forwards an allowed read and records it once', async () => {
    const { reply } = await call('read', { path: 'a' });
    expect(reply.result).toMatchObject({ content: [{ text: 'done' }], resultType: 'complete' });
    expect(sent.map(({ message }) => message)).toEqual([
      { method: 'tools/call', params: { name: 'read', arguments: { path: 'a' } } },
    ]);
    expect(recorded).toMatchObject([
      { kind: 'call', decision: 'allow', outcome: 'ok', target: 'files/read' },
    ]);
  });

  it('sends nothing to a server that replaced the one decided on', async () => {
    const now = context.policy().servers.get('files')?.release as Release;
    release = structuredClone(now);
    expect((await call('read', { path: 'a' })).reply.result).toMatchObject({ content: [{ text: 'done' }] });
    release = { ...now, source: { type: 'remote', url: 'http://127.0.0.1:2/mcp' } };
    expect((await call('read', { path: 'a' })).reply.result).toMatchObject({ isError: true });
    release = { ...now, tools: {} };
    expect((await call('write', { path: 'mine/a' })).reply.result).toMatchObject({
      isError: true,
      _meta: { 'lockstep/decision': { kind: 'unavailable' } },
    });
    expect(sent).toHaveLength(1);
  });

  it('records the intent of a write before it is forwarded, and its outcome afterwards', async () => {
    respond = async () => {
      expect(recorded.map(({ kind }) => kind)).toEqual(['intent']);
      return { result: { content: [] } };
    };
    await call('write', { path: 'mine/a' });
    expect(recorded).toMatchObject([{ kind: 'intent' }, { kind: 'outcome', outcome: 'ok' }]);
  });

  it('answers a gated call with an approval to wait for, in a result that a model can read', async () => {
    const { reply } = await call('write', { path: 'other/a' }, { 'lockstep/reason': 'the user asked' });
    const result = reply.result as {
      isError: boolean;
      content: { text: string }[];
      _meta: Record<string, { approval: { state: string } }>;
    };
    expect(result.isError).toBe(true);
    expect(result.content[0]?.text).toMatch(/files\/write waits for approval .* lockstep__resume/);
    expect(result._meta['lockstep/decision']?.approval.state).toBe('pending');
    expect(JSON.stringify(result)).not.toContain('binding');
    expect(sent).toEqual([]);
    expect(recorded).toMatchObject([{ kind: 'call', decision: 'approve', outcome: 'waiting' }]);
  });

  it('names the clause that denies, in an error with its own code for resources', async () => {
    const { reply } = await send('resources/read', { uri: 'file:///secret/key' });
    expect(reply.error).toMatchObject({
      code: 1001,
      message: expect.stringContaining('rules.no-secrets: secrets stay'),
    });
    expect(sent).toEqual([]);
  });

  it.each(['file:///public/../secret/key', 'file:///public/%2e%2E/secret/key'])(
    'refuses the detour %s',
    async (uri) => {
      const { reply } = await send('resources/read', { uri });
      expect(reply.error).toMatchObject({ code: -32602 });
      expect(sent).toEqual([]);
    },
  );

  it('denies if a condition fails', async () => {
    const { reply } = await call('write', { path: '/mine/a' });
    expect(reply.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('could not be evaluated') }],
    });
    expect(sent).toEqual([]);
  });

  it('refuses arguments that do not fit the locked schema before it decides', async () => {
    const { reply } = await call('read', { path: 1 });
    expect(reply.result).toMatchObject({
      isError: true,
      content: [{ text: 'files/read was not called: `path` must be string.' }],
    });
    expect(recorded[0]?.decision).toBeUndefined();
  });

  it('refuses quarantined items and serves the rest', async () => {
    quarantine.set('tools/read', 'its description has changed.');
    expect((await call('read', { path: 'a' })).reply.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('quarantined') }],
    });
    const listed = (await send('tools/list', {})).reply.result as { tools: { name: string }[] };
    expect(listed.tools.map(({ name }) => name)).toEqual(['drop', 'write', 'lockstep__resume']);
  });

  it('says that a tool is not locked if the server offers it and nobody locked it', async () => {
    expect((await call('sneaky', {})).reply.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('not in the reviewed tool lock') }],
    });
    expect(sent).toEqual([]);
  });

  it.each([
    ['tools/call', { name: 'nothing' }],
    ['prompts/get', { name: 'nothing' }],
  ])('answers %s with -32602 if nobody knows the name', async (method, params) => {
    expect((await send(method, params)).reply.error).toMatchObject({ code: -32602 });
  });

  it.each([
    'logging/setLevel',
    'sampling/createMessage',
    'constructor',
    '__proto__',
    'session/end',
    'initialize',
  ])('refuses the method %s, which it does not serve in this era', async (method) => {
    expect(await send(method, {})).toMatchObject({ status: 404, reply: { error: { code: -32601 } } });
    expect(sent).toEqual([]);
  });

  it.each([
    [
      'the same key twice',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","name":"drop"}}',
    ],
    [
      'keys that differ only in case',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","Name":"drop"}}',
    ],
    [
      'a number beyond doubles',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"n":9007199254740993}}}',
    ],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}]'],
  ])('refuses %s', async (_what, body) => {
    expect((await send('tools/call', {}, body)).status).toBe(400);
    expect(sent).toEqual([]);
    expect(recorded).toMatchObject([{ kind: 'call', outcome: 'refused' }]);
  });

  it('refuses fields that no stage checks', async () => {
    expect(
      (await send('tools/call', { name: 'read', arguments: { path: 'a' }, task: {} })).reply.error,
    ).toMatchObject({ code: -32602 });
    expect(sent).toEqual([]);
  });

  it('forwards tracing and progress, and nothing else of _meta', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await call('read', { path: 'a' }, { traceparent, progressToken: 7, 'lockstep/reason': 'why', 'x/y': 1 });
    expect(sent[0]?.message.params._meta).toEqual({ traceparent, progressToken: 7 });
    expect(recorded[0]).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', reason: 'why' });
  });

  it('forwards tracing in its own forms only', async () => {
    const odd = {
      traceparent: ['unseen'],
      tracestate: { unseen: 1 },
      baggage: 'x'.repeat(9000),
      progressToken: {},
    };
    await call('read', { path: 'a' }, odd);
    expect(sent[0]?.message.params).not.toHaveProperty('_meta');
  });

  it('accepts an undeclared Mcp-Param header only on reads', async () => {
    const header = { 'mcp-param-region': 'eu' };
    const named = (path: string, name: string) =>
      send('tools/call', { name, arguments: { path } }, undefined, header);
    expect((await named('a', 'read')).reply.result).toMatchObject({ content: [{ text: 'done' }] });
    expect((await named('mine/a', 'write')).reply.result).toMatchObject({ isError: true });
    expect((await named('a', 'drop')).reply.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('mcp-param-region') }],
    });
    expect(sent).toHaveLength(1);
  });

  it('says that an outcome is unknown if the answer to a write was lost, and never sends it again', async () => {
    respond = async () => {
      throw new UpstreamError('lost', 'the connection broke', true);
    };
    const { reply } = await call('write', { path: 'mine/a' });
    expect(reply.result).toMatchObject({
      isError: true,
      _meta: { 'lockstep/decision': { kind: 'unknown' } },
    });
    expect(sent).toHaveLength(1);
    expect(recorded.at(-1)).toMatchObject({ kind: 'outcome', outcome: 'unknown' });
  });

  it("removes what a server says in the gateway's name, and refuses its questions", async () => {
    respond = async () => ({ result: { content: [], _meta: { 'lockstep/decision': 'allow', other: 1 } } });
    expect((await call('read', { path: 'a' })).reply.result).toMatchObject({ _meta: { other: 1 } });
    expect(JSON.stringify((await call('read', { path: 'a' })).reply)).not.toContain('lockstep/decision');
    respond = async () => ({ result: { resultType: 'input_required', inputRequests: {} } });
    expect((await call('read', { path: 'a' })).reply.result).toMatchObject({ isError: true });
  });

  it('withholds an answer that it cannot record', async () => {
    const broken: GatewayContext = {
      ...context,
      store: { ...context.store, append: () => Promise.reject(new Error('disk full')) },
    };
    const before = context;
    context = broken;
    const { reply } = await call('read', { path: 'a' });
    context = before;
    expect(reply.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('could not be recorded') }],
    });
  });

  it('completes an argument only if its reference may be used', async () => {
    respond = async () => ({ result: { completion: { values: ['x'] } } });
    const ref = { ref: { type: 'ref/prompt', name: 'hello' }, argument: { name: 'who', value: '' } };
    expect((await send('completion/complete', ref)).reply.result).toMatchObject({
      completion: { values: ['x'] },
    });
    expect(sent[0]?.message.params).toEqual(ref);
  });
});
