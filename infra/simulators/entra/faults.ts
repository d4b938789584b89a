/** The ways in which the pretend Entra ID can be told to misbehave. */
import { setTimeout as pause } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerHtml, answerJson } from '../answer.ts';
import type { Fault, FaultScript, FaultVocabulary } from '../faults.ts';
import { aadsts } from './aadsts.ts';

/** Where a fault strikes; the default is `token`. `identity` is the managed identity endpoint. */
export type EntraEndpoint = 'token' | 'discovery' | 'keys' | 'identity';

interface At extends Fault {
  readonly at?: EntraEndpoint;
}

/**
 * `status` answers with an AADSTS body (default 90033, or 90055 for 429) or a gateway's HTML page; `retryAfter` goes
 * into the header as it is. `hang` never answers, `reset` resets the connection, `slow` waits `ms` and then serves.
 */
export type EntraFault =
  | (At & {
      readonly kind: 'status';
      readonly status: number;
      readonly aadsts?: number;
      readonly html?: boolean;
      readonly retryAfter?: string;
    })
  | (At & { readonly kind: 'hang' })
  | (At & { readonly kind: 'reset' })
  | (At & { readonly kind: 'slow'; readonly ms: number });

const at = ['token', 'discovery', 'keys', 'identity', undefined] as const;

export const ENTRA_FAULTS: FaultVocabulary<EntraFault> = {
  status: { status: 'number', aadsts: 'number?', html: 'boolean?', retryAfter: 'string?', at },
  hang: { at },
  reset: { at },
  slow: { ms: 'number', at },
};

export interface MisbehaviourContext {
  readonly faults: FaultScript<EntraFault>;
  readonly reset: (request: IncomingMessage) => void;
  readonly origin: string;
  readonly now: number;
}

/** Uses up the next fault for `endpoint`. True: the request is dealt with, and nobody else may answer it. */
export async function misbehave(
  endpoint: EntraEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
  context: MisbehaviourContext,
): Promise<boolean> {
  const fault = context.faults.next((candidate) => (candidate.at ?? 'token') === endpoint);
  if (fault === undefined) return false;
  if (fault.kind === 'slow') {
    await pause(fault.ms);
    return false;
  }
  if (fault.kind === 'reset') context.reset(request);
  if (fault.kind === 'status') {
    const headers = fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter };
    if (fault.html === true) {
      answerHtml(response, fault.status, headers);
    } else {
      const code = fault.aadsts ?? (fault.status === 429 ? 90055 : 90033);
      const { body } = aadsts(code, {}, { ...context, correlationId: undefined });
      answerJson(response, fault.status, body, headers);
    }
  }
  return true;
}
