import type { LogLevel } from './rpc.ts';

/** One structured log entry of the host or of a function. */
export interface LogEntry {
  /** ISO 8601, UTC. */
  time: string;
  level: LogLevel;
  /** Category as in host.json `logging.logLevel`: `Host`, `Function.<name>`, `Function.<name>.User`. */
  category: string;
  message: string;
  invocationId?: string;
  /** Milliseconds, on entries that close an invocation. */
  durationMs?: number;
}

export type LogSink = (entry: LogEntry) => void;
type LogDetails = Pick<LogEntry, 'invocationId' | 'durationMs'>;

export interface Log {
  /** Says whether an entry would be kept, so that a hot path can skip building it. */
  enabled(level: LogLevel, category: string): boolean;
  write(level: LogLevel, category: string, message: string, details?: LogDetails): void;
}

const WEIGHT = {
  trace: 0,
  debug: 1,
  information: 2,
  warning: 3,
  error: 4,
  critical: 5,
  none: 6,
} as const satisfies Record<LogLevel, number>;

/**
 * A log that keeps what host.json `logging.logLevel` asks for: the longest category prefix wins, then `default`, then
 * Information. Source: https://learn.microsoft.com/azure/azure-functions/configure-monitoring#configure-log-levels
 */
export function createLog(levels: ReadonlyMap<string, string>, sink: LogSink): Log {
  const weights = new Map<string, number>();
  const minimum = (category: string): number => {
    const parts = category.toLowerCase().split('.');
    for (let n = parts.length; n > 0; n--) {
      const level = levels.get(parts.slice(0, n).join('.'));
      if (level !== undefined) return weightOf(level);
    }
    return weightOf(levels.get('default') ?? 'information');
  };
  const enabled = (level: LogLevel, category: string): boolean => {
    let weight = weights.get(category);
    if (weight === undefined) weights.set(category, (weight = minimum(category)));
    return WEIGHT[level] >= weight;
  };
  return {
    enabled,
    write(level, category, message, details) {
      if (enabled(level, category)) {
        sink({ time: new Date().toISOString(), level, category, message, ...details });
      }
    },
  };
}

function weightOf(level: string): number {
  const name = level.toLowerCase();
  return Object.entries(WEIGHT).find(([known]) => known === name)?.[1] ?? WEIGHT.information;
}

/** The default sink: one short line for a person on standard error, which leaves standard output to the ready message. */
export function stderrSink(entry: LogEntry): void {
  const clock = entry.time.slice(11, 23);
  const mark = WEIGHT[entry.level] >= WEIGHT.warning ? ` ${entry.level.toUpperCase()}` : '';
  const took = entry.durationMs === undefined ? '' : ` ${Math.round(entry.durationMs)} ms`;
  process.stderr.write(`${clock}${mark} ${entry.category}: ${entry.message}${took}\n`);
}
