// Preloaded into a process: its clock, and that of each of its threads, shows `UPGRADE_NOW` when the first thread
// starts, and goes on from there. Approvals and tokens of a fixture end by the clock; this one shows a time at which
// they haven't.
const RealDate = Date;

/** Milliseconds that are added to the real time; told to threads and children, so that all have one clock. */
process.env.UPGRADE_SHIFT ??= String(RealDate.parse(process.env.UPGRADE_NOW ?? '') - RealDate.now());
const shift = Number(process.env.UPGRADE_SHIFT);

const now = (): number => RealDate.now() + shift;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
});
