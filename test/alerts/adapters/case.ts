/**
 * A body of some sender's, made up here, and what has to come of it.
 */
import assert from 'node:assert/strict';
import { platforms } from '../../../shared/alerts/adapters/platforms.ts';
import type {
  Alert,
  AlertGroup,
  AlertState,
  HookRequest,
  Reading,
  Severity,
} from '../../../shared/alerts/alert.ts';

export interface Case {
  readonly name: string;
  /** The adapter that has to take it. */
  readonly by: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly title: string;
  readonly state: AlertState;
  readonly severity: Severity;
  /** Texts that stand in the summary or in a fact. */
  readonly says?: readonly string[];
  /** Texts that stand nowhere. */
  readonly hides?: readonly string[];
  /** The link to press. */
  readonly link?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Cases with the same word have the same thread, all others another. */
  readonly thread?: string;
}

/** A request as `read-request` hands it over: objects without a prototype. */
export function request(
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  method = 'POST',
): HookRequest {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  return {
    method,
    header: (name) => headers[name],
    query: new URLSearchParams(),
    mediaType: typeof body === 'string' ? 'text/plain' : 'application/json',
    value: typeof body === 'string' || body === undefined ? undefined : bare(JSON.parse(text)),
    text,
    files: [],
  };
}

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [key, part] of Object.entries(value)) copy[key] = bare(part);
  return copy;
}

/** What the first adapter that takes the request makes of it, and its name. */
export function readFirst(asked: HookRequest): { readonly by: string; readonly reading: Reading } {
  for (const adapter of platforms) {
    const reading = adapter.read(asked);
    if (reading !== undefined) return { by: adapter.name, reading };
  }
  return { by: 'nobody', reading: undefined };
}

/** Reads a body that has to give alerts. */
export function group(body: unknown, headers?: Readonly<Record<string, string>>): AlertGroup {
  const { reading } = readFirst(request(body, headers));
  assert.equal(reading?.kind, 'alerts');
  return reading;
}

/** Everything that a mail would show of an alert. */
export function shownOf(alert: Alert): string {
  const facts = alert.facts.map(({ name, value }) => `${name}: ${value}`);
  return [alert.title, alert.summary ?? '', ...facts, ...alert.links.map(({ url }) => url)].join('\n');
}
