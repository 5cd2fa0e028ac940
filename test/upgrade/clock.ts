// Preloaded into a process. Its clock, and that of each of its threads, shows `UPGRADE_NOW` when the first thread
// starts, and goes on from there. The approvals and tokens of a fixture expire, and on this clock they haven't yet.
const RealDate = Date;

/** Milliseconds to add to the real time; threads and children inherit them, so that all have the same clock. */
process.env.UPGRADE_SHIFT ??= String(RealDate.parse(process.env.UPGRADE_NOW ?? '') - RealDate.now());
const shift = Number(process.env.UPGRADE_SHIFT);

const now = (): number => RealDate.now() + shift;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
});
