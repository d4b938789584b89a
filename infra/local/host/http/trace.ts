import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { InvocationRequest } from '../rpc.ts';

const TRACE_PARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-(0[0-9a-f])$/;

/** Continues the caller's trace (W3C Trace Context, `traceparent`) with a new span, or begins one. */
export function traceContext(request: IncomingMessage): NonNullable<InvocationRequest['traceContext']> {
  const { traceparent, tracestate } = request.headers;
  const parent = typeof traceparent === 'string' ? TRACE_PARENT.exec(traceparent) : null;
  const span = hex().slice(0, 16);
  return {
    traceParent: `00-${parent?.[1] ?? hex()}-${span}-${parent?.[2] ?? '00'}`,
    traceState: typeof tracestate === 'string' ? tracestate : '',
    attributes: {},
  };
}

/** 32 hex digits: node keeps a pool of random bytes for UUIDs, which makes them the cheapest random there is. */
function hex(): string {
  return randomUUID().replaceAll('-', '');
}
