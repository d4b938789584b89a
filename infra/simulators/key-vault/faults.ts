/** The ways in which the pretend Key Vault can be told to misbehave. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerHtml, answerJson } from '../answer.ts';
import type { Fault, FaultScript, FaultVocabulary } from '../faults.ts';

/**
 * `status` answers with Key Vault's error body, `code` being the inner one, or with a gateway's HTML page; `hang` never answers,
 * `reset` resets the connection. `at`: what is asked for, anything when left out.
 */
export type KeyVaultFault =
  | (At & {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: string;
      readonly html?: boolean;
      readonly retryAfter?: string;
    })
  | (At & { readonly kind: 'hang' })
  | (At & { readonly kind: 'reset' });

interface At extends Fault {
  readonly at?: KeyVaultRequest;
}

/** The newest version, a version by name, or the list of versions. */
export type KeyVaultRequest = 'newest' | 'version' | 'versions';

const at = ['newest', 'version', 'versions', undefined] as const;

export const KEY_VAULT_FAULTS: FaultVocabulary<KeyVaultFault> = {
  status: { status: 'number', code: 'string?', html: 'boolean?', retryAfter: 'string?', at },
  hang: { at },
  reset: { at },
};

/** Uses up the next fault for what is asked. True: the request is dealt with, and nobody else may answer it. */
export function misbehave(
  asked: KeyVaultRequest,
  request: IncomingMessage,
  response: ServerResponse,
  faults: FaultScript<KeyVaultFault>,
  reset: (request: IncomingMessage) => void,
): boolean {
  const fault = faults.next((candidate) => (candidate.at ?? asked) === asked);
  if (fault === undefined) return false;
  if (fault.kind === 'reset') reset(request);
  if (fault.kind === 'status') {
    const { status, code, html, retryAfter } = fault;
    const headers = retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
    if (html === true) answerHtml(response, status, headers);
    else answerJson(response, status, errorBody(status, code), headers);
  }
  return true;
}

const CODES: ReadonlyMap<number, string> = new Map([
  [400, 'BadParameter'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'SecretNotFound'],
  [429, 'Throttled'],
]);

/** https://learn.microsoft.com/azure/key-vault/general/rest-error-codes (read 2026-11) */
export function errorBody(status: number, inner?: string, message = 'The request was refused.'): unknown {
  return {
    error: {
      code: CODES.get(status) ?? 'InternalError',
      message,
      ...(inner === undefined ? {} : { innererror: { code: inner } }),
    },
  };
}
