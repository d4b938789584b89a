/**
 * The HTTP client that MSAL is given: with a time limit, which MSAL's own has not for POST, and with a memory of the last
 * exchange, because MSAL drops the cause of a network failure and keeps no `Retry-After`. A door.
 */
import type { INetworkModule, NetworkResponse } from '@azure/msal-node';
import type { Clock } from '../platform/clock.ts';
import { parseRetryAfter } from '../platform/retry-after.ts';

/** How the last request ended. */
export type Exchange =
  | {
      readonly kind: 'answer';
      readonly host: string;
      readonly status: number;
      /** `error` of the body (RFC 6749 §5.2). */
      readonly error?: string;
      /** First of `error_codes`. */
      readonly number?: number;
      readonly description?: string;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: 'failure'; readonly host: string; readonly cause: unknown };

/** The client and its memory. One per MSAL application, so that the memory is that of one flight. */
export interface EntraNetwork {
  readonly client: INetworkModule;
  /** The last exchange since {@link forget}, or undefined when MSAL asked nobody. */
  last(): Exchange | undefined;
  forget(): void;
}

type Body = Readonly<Record<string, unknown>>;

/** @param timeout milliseconds that one request may take, its answer included. */
export function createEntraNetwork(clock: Clock, timeout: number): EntraNetwork {
  let last: Exchange | undefined;

  const exchange = async <T>(url: string, init: RequestInit): Promise<NetworkResponse<T>> => {
    const { host } = new URL(url);
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeout), redirect: 'error' });
      const body = parseBody(await response.text());
      last = recordOf(host, response, body, clock.now());
      return { status: response.status, headers: Object.fromEntries(response.headers), body: body as T };
    } catch (cause) {
      last = { kind: 'failure', host, cause };
      throw cause;
    }
  };

  const client: INetworkModule = {
    sendGetRequestAsync: (url, options) => exchange(url, { headers: options?.headers ?? {} }),
    sendPostRequestAsync: (url, options) =>
      exchange(url, { method: 'POST', headers: options?.headers ?? {}, body: options?.body ?? '' }),
  };
  return {
    client,
    last: () => last,
    forget: () => {
      last = undefined;
    },
  };
}

/** What is not a JSON object (a gateway's HTML) is passed on as an error body, so that MSAL backs off as it does for JSON. */
function parseBody(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Falls through to the error body.
  }
  return { error: 'temporarily_unavailable', error_description: 'The answer was not JSON.' };
}

function recordOf(host: string, response: Response, body: Body, now: Date): Exchange {
  const number = Array.isArray(body['error_codes']) ? Number(body['error_codes'][0]) : Number.NaN;
  const seconds = parseRetryAfter(response.headers.get('retry-after'), now);
  return {
    kind: 'answer',
    host,
    status: response.status,
    ...(typeof body['error'] === 'string' ? { error: body['error'] } : {}),
    ...(Number.isInteger(number) ? { number } : {}),
    ...(typeof body['error_description'] === 'string' ? { description: body['error_description'] } : {}),
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  };
}
