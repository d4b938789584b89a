import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { reasonOf, StartFailure } from './start-failure.ts';
import { timeSpan } from './time-span.ts';

/** host.json `extensions.queues`, times in milliseconds. */
export interface QueueOptions {
  batchSize: number;
  newBatchThreshold: number;
  maxPollingIntervalMs: number;
  /** How long a failed message stays invisible before its next attempt. */
  visibilityTimeoutMs: number;
  maxDequeueCount: number;
  messageEncoding: 'base64' | 'none';
}

/** What the local host reads of host.json. */
export interface HostConfig {
  /** Infinity for `-1`. */
  functionTimeoutMs: number;
  routePrefix: string;
  queues: QueueOptions;
  /** `logging.logLevel`: lower-case category to level. */
  logLevels: Map<string, string>;
}

const OVERRIDE = 'azurefunctionsjobhost__';

/**
 * Reads host.json. Each value can be overridden by an environment variable such as
 * `AzureFunctionsJobHost__extensions__queues__batchSize`. Throws a StartFailure that names the faulty value.
 * Sources: https://learn.microsoft.com/azure/azure-functions/functions-host-json and
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#host-json
 */
export async function readHostJson(directory: string): Promise<HostConfig> {
  const values = flatten(await parse(path.join(directory, 'host.json')));
  for (const [name, value] of Object.entries(process.env)) {
    const lower = name.toLowerCase();
    if (lower.startsWith(OVERRIDE)) values.set(lower.slice(OVERRIDE.length).replaceAll('__', '/'), value);
  }
  if (values.get('version') !== '2.0') {
    throw new StartFailure(`host.json in ${directory} must have the member "version": "2.0".`);
  }
  const batchSize = whole(values, 'extensions/queues/batchsize', 16, 1, 32);
  return {
    functionTimeoutMs:
      values.get('functiontimeout') === '-1' ? Infinity : span(values, 'functiontimeout', 30 * 60_000),
    routePrefix: text(values, 'extensions/http/routeprefix', 'api'),
    queues: {
      batchSize,
      newBatchThreshold: whole(
        values,
        'extensions/queues/newbatchthreshold',
        Math.floor((batchSize / 2) * availableParallelism()),
        0,
        1000,
      ),
      maxPollingIntervalMs: Math.max(100, span(values, 'extensions/queues/maxpollinginterval', 60_000)),
      visibilityTimeoutMs: span(values, 'extensions/queues/visibilitytimeout', 0),
      maxDequeueCount: whole(values, 'extensions/queues/maxdequeuecount', 5, 1, 1_000_000),
      messageEncoding: encoding(values),
    },
    logLevels: logLevels(values),
  };
}

async function parse(file: string): Promise<unknown> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    throw new StartFailure(`There is no ${file}: the local host runs a folder that has a host.json.`, {
      cause,
    });
  }
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new StartFailure(`${file} is not valid JSON: ${reasonOf(cause)}.`, { cause });
  }
}

/** Leaves by their path, lower-cased because .NET configuration ignores case: `extensions/http/routeprefix`. */
function flatten(value: unknown, at = '', into = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      flatten(member, at ? `${at}/${name.toLowerCase()}` : name.toLowerCase(), into);
    }
  } else {
    into.set(at, value);
  }
  return into;
}

function text(values: Map<string, unknown>, name: string, otherwise: string): string {
  const value = values.get(name) ?? otherwise;
  return typeof value === 'string' ? value : wrong(name, value, 'a text');
}

function span(values: Map<string, unknown>, name: string, otherwise: number): number {
  const value = values.get(name);
  if (value === undefined) return otherwise;
  return (
    (typeof value === 'string' ? timeSpan(value) : undefined) ?? wrong(name, value, 'a time as hh:mm:ss')
  );
}

function whole(
  values: Map<string, unknown>,
  name: string,
  otherwise: number,
  min: number,
  max: number,
): number {
  const value = values.get(name) ?? otherwise;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number;
  return wrong(name, value, `a whole number from ${min} to ${max}`);
}

function encoding(values: Map<string, unknown>): 'base64' | 'none' {
  const name = 'extensions/queues/messageencoding';
  const value = text(values, name, 'base64').toLowerCase();
  return value === 'base64' || value === 'none' ? value : wrong(name, value, '"base64" or "none"');
}

function logLevels(values: Map<string, unknown>): Map<string, string> {
  const prefix = 'logging/loglevel/';
  const levels = new Map<string, string>();
  for (const [name, value] of values) {
    if (name.startsWith(prefix) && typeof value === 'string') levels.set(name.slice(prefix.length), value);
  }
  return levels;
}

function wrong(name: string, value: unknown, wanted: string): never {
  throw new StartFailure(
    `host.json: ${name.replaceAll('/', '.')} is ${JSON.stringify(value)} but must be ${wanted}.`,
  );
}
