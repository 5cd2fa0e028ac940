// Makes the load: a fixed number of calls by concurrent clients over kept-alive connections. It checks every answer.
// The parent asks twice for each run: once to prepare connections and sessions, then to go. In between, the parent can
// read the clocks of all processes.
import { Pool } from 'undici';
import { type Era, legacyVersion } from './protocol.ts';
import { callOf, type Kind, request } from './scenario.ts';

/** One run. */
export interface Run {
  url: string;
  token?: string;
  era: Era;
  kind: Kind;
  concurrency: number;
  count: number;
}

/** The figures of a run, in milliseconds except `seconds`. */
export interface Measured {
  seconds: number;
  p50: number;
  p99: number;
  /** How many answers were not as expected, and the first of them. */
  wrong: number;
  firstWrong?: string;
}

interface Client {
  session: string | undefined;
}

let lastId = 0;

async function prepare(run: Run): Promise<() => Promise<Measured>> {
  const url = new URL(run.url);
  const pool = new Pool(url.origin, { connections: run.concurrency, pipelining: 1 });
  const authorization = run.token === undefined ? {} : { authorization: `Bearer ${run.token}` };

  const post = async ({ headers, body }: { headers: Record<string, string>; body: string }) => {
    const answer = await pool.request({
      path: url.pathname,
      method: 'POST',
      headers: { ...headers, ...authorization },
      body,
    });
    return {
      session: answer.headers['mcp-session-id'],
      text: await answer.body.text(),
      status: answer.statusCode,
    };
  };

  const signIn = async (): Promise<Client> => {
    if (run.era === 'modern') return { session: undefined };
    const params = {
      protocolVersion: legacyVersion,
      capabilities: {},
      clientInfo: { name: 'bench', version: '1.0.0' },
    };
    const { session, text, status } = await post(request('legacy', ++lastId, 'initialize', params));
    if (typeof session !== 'string') throw new Error(`initialize was answered with ${status} ${text}`);
    const { headers } = request('legacy', 0, '', {}, session);
    await post({ headers, body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' });
    return { session };
  };

  const clients = await Promise.all(Array.from({ length: run.concurrency }, signIn));

  return async () => {
    const latencies = new Float64Array(run.count);
    let started = 0;
    let wrong = 0;
    let firstWrong: string | undefined;

    const work = async (client: Client): Promise<void> => {
      while (started < run.count) {
        const index = started++;
        const call = callOf(run.kind, run.era, ++lastId, client.session);
        const from = performance.now();
        const { text } = await post(call);
        latencies[index] = performance.now() - from;
        const misfit = call.misfit(JSON.parse(text));
        if (misfit === undefined) continue;
        wrong++;
        firstWrong ??= misfit;
      }
    };

    const from = performance.now();
    await Promise.all(clients.map(work));
    const seconds = (performance.now() - from) / 1000;

    for (const { session } of clients) {
      if (session === undefined) continue;
      const headers = { ...authorization, 'mcp-session-id': session, 'mcp-protocol-version': legacyVersion };
      await pool.request({ path: url.pathname, method: 'DELETE', headers }).then(({ body }) => body.dump());
    }
    await pool.close();
    latencies.sort();
    const at = (share: number): number => latencies[Math.ceil(run.count * share) - 1] ?? 0;
    return {
      seconds,
      p50: at(0.5),
      p99: at(0.99),
      wrong,
      ...(firstWrong === undefined ? {} : { firstWrong }),
    };
  };
}

let go: (() => Promise<Measured>) | undefined;
process.on('message', async (message: Run | 'go') => {
  if (message === 'go') {
    process.send?.((await go?.()) ?? {});
    return;
  }
  go = await prepare(message);
  process.send?.({});
});
process.on('disconnect', () => process.exit(0));
process.send?.({});
