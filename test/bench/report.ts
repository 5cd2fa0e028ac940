import { median, type Sample } from './measure.ts';
import type { Era } from './protocol.ts';
import type { Kind } from './scenario.ts';

/** The runs of one kind of call in one era and at one concurrency, by round. */
export interface Scenario {
  era: Era;
  kind: Kind;
  concurrency: number;
  rounds: Round[];
}

/** Runs that directly follow each other. The proxy runs before and after the gateway, so that drift cancels out. */
export interface Round {
  direct: Sample;
  proxy: [Sample, Sample];
  gateway: Sample;
}

type Target = 'direct' | 'proxy' | 'gateway';

/** Figures of one target: medians over the rounds. Each ratio is the median of the ratios to the round's proxy runs. */
export interface Figures {
  throughput: number;
  p50: number;
  p99: number;
  /** Milliseconds of CPU per call, by process. */
  cpu: Record<string, number>;
  /** Ratios of throughput, p50, p99 and own CPU to the proxy's; `direct` has no own CPU. */
  toProxy: { throughput: number; p50: number; p99: number; cpu: number };
}

export type Summary = Omit<Scenario, 'rounds'> & Record<Target, Figures>;

function mean(a: number, b: number): number {
  return (a + b) / 2;
}

/** Computes the figures of all targets of a scenario. */
export function summarise({ rounds, ...scenario }: Scenario): Summary {
  const proxyOf = (round: Round, read: (sample: Sample) => number): number =>
    mean(read(round.proxy[0]), read(round.proxy[1]));
  const figuresOf = (target: Target): Figures => {
    const read = (round: Round, of: (sample: Sample) => number): number =>
      target === 'proxy' ? proxyOf(round, of) : of(round[target]);
    const middle = (of: (sample: Sample) => number): number => median(rounds.map((round) => read(round, of)));
    const ratio = (of: (sample: Sample) => number): number =>
      median(rounds.map((round) => read(round, of) / proxyOf(round, of)));
    const first = rounds[0] && (target === 'proxy' ? rounds[0].proxy[0] : rounds[0][target]);
    const own = (sample: Sample): number => sample.cpu[target] ?? Number.NaN;
    return {
      throughput: middle(({ throughput }) => throughput),
      p50: middle(({ p50 }) => p50),
      p99: middle(({ p99 }) => p99),
      cpu: Object.fromEntries(
        Object.keys(first?.cpu ?? {}).map((name) => [name, middle(({ cpu }) => cpu[name] ?? Number.NaN)]),
      ),
      toProxy: {
        throughput: ratio(({ throughput }) => throughput),
        p50: ratio(({ p50 }) => p50),
        p99: ratio(({ p99 }) => p99),
        cpu: median(
          rounds.map(
            (round) => read(round, own) / proxyOf(round, (sample) => sample.cpu.proxy ?? Number.NaN),
          ),
        ),
      },
    };
  };
  return {
    ...scenario,
    direct: figuresOf('direct'),
    proxy: figuresOf('proxy'),
    gateway: figuresOf('gateway'),
  };
}

const columns = [14, 4, 24, 30, 30, 34];

function row(cells: string[]): string {
  return cells
    .map((cell, index) =>
      index === 0 ? cell.padEnd(columns[index] ?? 0) : cell.padStart(columns[index] ?? 0),
    )
    .join('  ');
}

/** The header of the table of {@link tableRow}. */
export const tableHeader = row([
  'era call',
  'at',
  'req/s direct / proxy',
  'req/s gateway (to proxy)',
  'p50 proxy / gateway, ms',
  'p99 proxy / gateway, ms (ratio)',
]).concat('    CPU ms a call: proxy / gateway (ratio); upstream');

export function tableRow({ era, kind, concurrency, direct, proxy, gateway }: Summary): string {
  const cells = row([
    `${era} ${kind}`,
    String(concurrency),
    `${whole(direct.throughput)} / ${whole(proxy.throughput)}`,
    `${whole(gateway.throughput)} (${gateway.toProxy.throughput.toFixed(2)})`,
    `${proxy.p50.toFixed(2)} / ${gateway.p50.toFixed(2)}`,
    `${proxy.p99.toFixed(1)} / ${gateway.p99.toFixed(1)} (${gateway.toProxy.p99.toFixed(2)})`,
  ]);
  const own = `${fine(proxy.cpu.proxy)} / ${fine(gateway.cpu.gateway)} (${gateway.toProxy.cpu.toFixed(2)})`;
  return `${cells}    ${own}; ${fine(gateway.cpu.upstream)}`;
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en');
}

function fine(milliseconds: number | undefined): string {
  return (milliseconds ?? Number.NaN).toFixed(3);
}

/** The project sets itself limits at this concurrency, for the kinds of call below. */
const askedAt = 16;
const askedOf: readonly Kind[] = ['read', 'write'];

/** Whether a scenario has a limit; then one disturbed round must not decide. */
export function isAsked(kind: Kind, concurrency: number): boolean {
  return concurrency === askedAt && askedOf.includes(kind);
}

/** A limit that the project sets itself. */
export interface Threshold {
  what: string;
  value: number;
  limit: number;
  pass: boolean;
}

/** Compares the figures with the limits. `idle` is in MiB. */
export function thresholds(summaries: readonly Summary[], idle: number): Threshold[] {
  const atLeast = (what: string, value: number, limit: number) => ({
    what,
    value,
    limit,
    pass: value >= limit,
  });
  const atMost = (what: string, value: number, limit: number) => ({
    what,
    value,
    limit,
    pass: value <= limit,
  });
  const found = (['legacy', 'modern'] as const).flatMap((era) => {
    const of = (kind: Kind) =>
      summaries.find((one) => one.era === era && one.kind === kind && one.concurrency === askedAt)?.gateway;
    const [reads, writes] = [of('read'), of('write')];
    if (reads === undefined || writes === undefined) return [];
    return [
      atLeast(`${era}: throughput of reads, to the proxy's`, reads.toProxy.throughput, 0.5),
      atMost(`${era}: CPU of a read, to the proxy's`, reads.toProxy.cpu, 2.5),
      atMost(`${era}: p99 of reads, to the proxy's`, reads.toProxy.p99, 3),
      // Measured minutes apart, so each is compared with the proxy around it, which is as fast with both.
      atLeast(
        `${era}: throughput of writes, to that of reads`,
        writes.toProxy.throughput / reads.toProxy.throughput,
        0.5,
      ),
    ];
  });
  return [...found, atMost('memory of the idle gateway, MiB', idle, 150)];
}

export function thresholdLine({ what, value, limit, pass }: Threshold): string {
  return `${pass ? 'pass' : 'FAIL'}  ${what}: ${value.toFixed(2)} (limit ${limit})`;
}
