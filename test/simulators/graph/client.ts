/** Requests below `/users/{id}` of the pretend Graph, with plain fetch. */
import type { Microsoft365 } from '../../../infra/simulators/microsoft365.ts';
import { asRecord } from '../tenant.ts';

/** Asks for ids that survive a move. */
export const IMMUTABLE = { Prefer: 'IdType="ImmutableId"' };

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON of the answer; empty when there is none. */
  readonly body: Record<string, unknown>;
  /** `error.code`. */
  readonly code: string | undefined;
}

/** @param path below `/v1.0/users/{user}/`, the query included. An object is sent as JSON. */
export async function ask(
  tenant: Microsoft365,
  token: string,
  path: string,
  options: {
    readonly method?: string;
    readonly user?: string;
    readonly body?: string | Record<string, unknown>;
    readonly type?: string;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<Answer> {
  const { body, method = 'GET', user = 'alerts@contoso.com', type = 'application/json' } = options;
  const response = await fetch(`${tenant.urls.graph}/v1.0/users/${user}/${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'Content-Type': type }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return answerOf(response);
}

/** Reads an answer to its end. */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = text.startsWith('{') ? asRecord(JSON.parse(text)) : {};
  const { error } = body;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body,
    code: error === undefined ? undefined : String(asRecord(error)['code']),
  };
}
