/** A request as a sender makes it, and what has to come of it. */
import type { AlertState, HookRequest, Severity } from '../../../../shared/alerts/alert.ts';

export interface Case {
  /** The adapter that takes it, before all others in its list. */
  readonly by: string;
  readonly what: string;
  readonly value?: unknown;
  readonly text?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly title: string;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly summary?: string;
  /** Some of the facts. */
  readonly facts?: Readonly<Record<string, string>>;
  /** The first link's address. */
  readonly link?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly deliveryKey?: string;
  readonly threadKey?: string;
  /** How many alerts the body holds; 1 when not said. The rest of the case is about the first. */
  readonly alerts?: number;
}

export function requestOf(of: Pick<Case, 'value' | 'text' | 'query' | 'headers'>): HookRequest {
  const { value, text, query = '', headers = {} } = of;
  const body = text ?? (value === undefined ? '' : JSON.stringify(value));
  return {
    method: body === '' && value === undefined ? 'GET' : 'POST',
    header: (name) => headers[name],
    query: new URLSearchParams(query),
    mediaType: text === undefined ? 'application/json' : 'text/plain',
    value,
    text: body,
    files: [],
  };
}
