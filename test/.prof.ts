import { fork } from 'node:child_process';
import { startChild } from './bench/child.ts';
import { cpuTime, memory } from './bench/usage.ts';

const kind = process.argv[2] as any,
  era = process.argv[3] as any,
  n = Number(process.argv[4] ?? 20000);
const up = {
  legacy: await startChild('upstream.ts', ['legacy']),
  modern: await startChild('upstream.ts', ['modern']),
};
const load = await startChild('load.ts');
if (process.env.PROF) process.env.NODE_OPTIONS = '--cpu-prof --cpu-prof-dir=/tmp/prof';
const gw = await startChild('gateway.ts', [up.legacy.ready.url!, up.modern.ready.url!]);
delete process.env.NODE_OPTIONS;
console.log('idle', memory(gw.pid));
for (let k = 0; k < 3; k++) {
  await load.ask({
    url: gw.ready.url + '/mcp/' + era,
    token: gw.ready.token,
    era,
    kind,
    concurrency: 16,
    count: n,
  });
  const b = cpuTime(gw.pid);
  const m: any = await load.ask('go');
  console.log(
    (n / m.seconds).toFixed(0),
    m.p50,
    m.p99,
    'cpu',
    ((cpuTime(gw.pid) - b) / n).toFixed(3),
    m.wrong,
    memory(gw.pid),
  );
}
await gw.stop();
await load.stop();
for (const u of Object.values(up)) await u.stop();
