/** The command line of `npm run torture`. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

/** Which faults are drawn: those after which the outcome of each attempt is certain, those that leave doubt, both, or kills alone. */
export type Certainty = 'certain' | 'doubtful' | 'all' | 'kills';

/** What the app may look up and do beyond sending: nothing, `Mail.Read`, or `Mail.ReadWrite`. */
export type Lookup = 'none' | 'read' | 'drafts';

/** What a run is to be. */
export interface TortureOptions {
  readonly seed: number;
  readonly messages: number;
  readonly kills: number;
  readonly processes: number;
  readonly faults: Certainty;
  readonly transport: 'graph' | 'smtp' | 'graph,smtp';
  readonly storage: 'azurite' | 'simulator';
  readonly lookup: Lookup;
  /** Seconds that a claim holds: POSTRIDER_LEASE. */
  readonly lease: number;
  /** Seconds without any movement after which what is still open counts as lost. */
  readonly patience: number;
  /** Seconds between sweeps run by hand, beside those of the timer; 0 for none. */
  readonly sweepEvery: number;
  readonly json: boolean;
}

const help = `npm run torture -- [options]

Runs the bridge as several processes under load, hurts them, and counts what arrived.

  --seed n             repeats a run's faults; a new one by default
  --messages n         messages submitted (600)
  --kills n            processes killed with -9: at every crash point in turn, and at random (30)
  --processes n        bridge processes (3)
  --faults which       certain   only what leaves no doubt about an outcome: nothing may be lost or doubled
                       doubtful  only what does: copies may come where on_unknown is "retry"
                       all       both (default)
                       kills     kills alone, at all points: recovery times say most then
  --transport which    graph (default), smtp, or graph,smtp
  --storage which      azurite (default), or simulator, which is killed with -9 as well
  --lookup             grants Mail.Read, so that sent copies are looked up: nothing may be doubled
  --lookup=drafts      grants Mail.ReadWrite: that, and some mails of 4 MB go by draft and upload session
  --lease secs         how long a claim holds (6)
  --patience seconds   how long nothing may move before the rest counts as lost (720)
  --sweep-every secs   runs the sweep by hand as well, for short runs; recovery times then say little
  --json               JSON instead of text on standard output
  --help               this text

Ends with 0 when nothing was lost and each copy has a rule that allows it, else with 1. Everything runs on 127.0.0.1.`;

/** Reads it. @returns the text to print instead of a run, or the options. @throws Error with one sentence. */
export function readOptions(given: readonly string[]): TortureOptions | string {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: given.map((argument) => (argument === '--lookup' ? '--lookup=read' : argument)),
    options: {
      seed: text,
      messages: { ...text, default: '600' },
      kills: { ...text, default: '30' },
      processes: { ...text, default: '3' },
      faults: { ...text, default: 'all' },
      transport: { ...text, default: 'graph' },
      storage: { ...text, default: 'azurite' },
      patience: { ...text, default: '720' },
      'sweep-every': { ...text, default: '0' },
      lookup: { ...text, default: 'none' },
      lease: { ...text, default: '6' },
      json: flag,
      help: flag,
    },
  });
  if (values.help) return help;
  const number = (
    name: 'seed' | 'messages' | 'kills' | 'processes' | 'patience' | 'sweep-every' | 'lease',
    least: number,
  ): number => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= least) return value;
    throw new Error(`--${name} must be a whole number from ${least}.`);
  };
  const choice = <T extends string>(
    name: 'faults' | 'transport' | 'storage' | 'lookup',
    among: readonly T[],
  ): T => {
    const found = among.find((one) => one === values[name]);
    if (found !== undefined) return found;
    throw new Error(`--${name} must be one of ${among.join('; ')}.`);
  };
  return {
    seed: values.seed === undefined ? randomInt(1, 2 ** 31) : number('seed', 0),
    messages: number('messages', 1),
    kills: number('kills', 0),
    processes: number('processes', 1),
    faults: choice('faults', ['certain', 'doubtful', 'all', 'kills']),
    transport: choice('transport', ['graph', 'smtp', 'graph,smtp']),
    storage: choice('storage', ['azurite', 'simulator']),
    patience: number('patience', 1),
    sweepEvery: number('sweep-every', 0),
    lookup: choice('lookup', ['none', 'read', 'drafts']),
    lease: number('lease', 5),
    json: values.json,
  };
}
