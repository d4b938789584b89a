/**
 * Loaded into a bridge process before everything else (`node --import`): a clock that jumps when the parent says so. The parent sends
 * `{ "clockOffset": milliseconds }`; timers go on as before, as they do when a machine's clock is set.
 */
const realNow = Date.now;
const RealDate = Date;
let offset = 0;

const now = (): number => realNow() + offset;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget): Date =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as Date,
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver): unknown => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

process.on('message', (message: { readonly clockOffset?: number }) => {
  if (message.clockOffset !== undefined) offset = message.clockOffset;
});
