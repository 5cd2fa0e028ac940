// Measures what the gateway costs: direct calls, a bare proxy, and the gateway with every stage on, in one run on one
// machine. Prints a table and the project's limits, and writes bench-results.json. Slow figures are no failure (exit
// code 0); wrong answers and missing audit records are.
//
//   npm run bench [-- --quick] [--rounds N] [--kind read] [--concurrency 16]
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { auditMisfits, countsOf } from './audit.ts';
import { type Child, startChild } from './child.ts';
import { startGatewayProcess } from './gateway.ts';
import { measure, type Sample } from './measure.ts';
import type { Era } from './protocol.ts';
import {
  isAsked,
  type Round,
  type Scenario,
  summarise,
  tableHeader,
  tableRow,
  thresholdLine,
  thresholds,
} from './report.ts';
import { type Kind, kinds } from './scenario.ts';
import { memory } from './usage.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    kind: { type: 'string', multiple: true, default: [...kinds] },
    concurrency: { type: 'string', multiple: true, default: ['1', '16', '64'] },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));
/** On a shared machine, rounds differ by a fifth, so scenarios with a limit get more of them. */
const roundsOf = (kind: Kind, concurrency: number): number =>
  options.quick || !isAsked(kind, concurrency) ? rounds : 5 * rounds;
const calls = (concurrency: number): number => (concurrency === 1 ? 800 : 6400) / (options.quick ? 4 : 1);
/** A gateway runs for days, so the measuring starts only once its code is compiled for both eras. */
const warmUp = options.quick ? 400 : 10_000;
const warmUpTurns = 6;

const load = await startChild('load.ts');
const upstreams = {
  legacy: await startChild('upstream.ts', ['legacy']),
  modern: await startChild('upstream.ts', ['modern']),
};
const proxies = {
  legacy: await startChild('proxy.ts', [String(upstreams.legacy.ready.url)]),
  modern: await startChild('proxy.ts', [String(upstreams.modern.ready.url)]),
};
const gateway = await startGatewayProcess({
  legacy: String(upstreams.legacy.ready.url),
  modern: String(upstreams.modern.ready.url),
});
const children: Child[] = [gateway, ...Object.values(proxies), ...Object.values(upstreams), load];
const sent = countsOf();
const idle = memory(gateway.pid);
const problems: string[] = [];

/** Runs once against one target of one era. */
async function run(
  target: 'direct' | 'proxy' | 'gateway',
  era: Era,
  kind: Kind,
  concurrency: number,
  count: number,
) {
  const { url, token } = {
    direct: upstreams[era].ready,
    proxy: proxies[era].ready,
    gateway: { url: `${gateway.ready.url}/mcp/${era}`, token: gateway.token },
  }[target] as { url: string; token?: string };
  const processes: Record<string, Child> = {
    upstream: upstreams[era],
    ...(target === 'proxy' ? { proxy: proxies[era] } : target === 'gateway' ? { gateway } : {}),
  };
  const sample: Sample = await measure(
    load,
    { url, era, kind, concurrency, count, ...(token === undefined ? {} : { token }) },
    processes,
  );
  if (target === 'gateway') sent[kind] += count;
  if (sample.wrong > 0)
    problems.push(`${target} ${era} ${kind}: ${sample.wrong} wrong answers; ${sample.firstWrong}`);
  return sample;
}

const eras = ['legacy', 'modern'] as const;
const scenarios: Scenario[] = [];
console.log(tableHeader);
// Kind by kind, each in its own steady state: earlier calls decide what is compiled for what.
for (const kind of options.kind as Kind[]) {
  for (let turn = 0; turn < warmUpTurns; turn++) {
    for (const era of eras) {
      for (const target of ['direct', 'proxy', 'gateway'] as const) await run(target, era, kind, 16, warmUp);
    }
  }
  for (const era of eras) {
    for (const concurrency of options.concurrency.map(Number)) {
      const scenario: Scenario = { era, kind, concurrency, rounds: [] };
      const once = (target: 'direct' | 'proxy' | 'gateway') =>
        run(target, era, kind, concurrency, calls(concurrency));
      const round = async (): Promise<Round> => {
        const direct = await once('direct');
        const before = await once('proxy');
        const gateway = await once('gateway');
        return { direct, proxy: [before, await once('proxy')], gateway };
      };
      // This round doesn't count: after a quiet time, heaps have to grow again.
      await round();
      for (let done = 0; done < roundsOf(kind, concurrency); done++) scenario.rounds.push(await round());
      scenarios.push(scenario);
      console.log(tableRow(summarise(scenario)));
    }
  }
}

const held = { idle, afterLoad: memory(gateway.pid), proxy: memory(proxies.modern.pid) };
const counted = await gateway.countRecords();
problems.push(...auditMisfits(sent, counted));
for (const era of eras) {
  // The upstream itself refuses such calls if they come directly or through the proxy; the gateway must stop its own.
  const { drop = 0 } = (await upstreams[era].ask('calls')) as { drop?: number };
  const refused = scenarios.filter((one) => one.era === era && one.kind === 'refusal');
  const own = refused.reduce(
    (sum, { concurrency }) => sum + 3 * (roundsOf('refusal', concurrency) + 1) * calls(concurrency),
    0,
  );
  const expected = refused.length === 0 ? 0 : own + 2 * warmUpTurns * warmUp;
  if (drop !== expected)
    problems.push(`${era}: ${drop} refusable calls reached the upstream, not ${expected}`);
}
for (const child of children) await child.stop();

const summaries = scenarios.map(summarise);
const asked = thresholds(summaries, idle);
console.log(
  `\nmemory, MiB: gateway ${held.idle.toFixed(0)} idle, ${held.afterLoad.toFixed(0)} after the load; proxy ${held.proxy.toFixed(0)} after the load`,
);
console.log(`audit: ${JSON.stringify(counted)} for ${JSON.stringify(sent)}`);
console.log(`load average over the last minute: ${loadavg()[0]?.toFixed(2)}\n`);
for (const threshold of asked) console.log(thresholdLine(threshold));

const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memory: totalmem(), node: process.version };
const results = {
  date: new Date().toISOString(),
  machine,
  rounds,
  memory: held,
  audit: { sent, counted },
  thresholds: asked,
  summaries,
  scenarios,
};
writeFileSync(join(import.meta.dirname, '../../bench-results.json'), `${JSON.stringify(results, null, 2)}\n`);

for (const problem of problems) console.error(`wrong: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
