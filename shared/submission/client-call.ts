/**
 * Clients that repeat a request by themselves when the answer is lost, or is a 429 or 5xx: one call of the application, several
 * requests. They give each call an id that all its requests carry, which makes one message of them.
 */
import { fingerprint } from './idempotency.ts';

/** The header fields, of which a request has at most one. */
export const callIds = [
  // AWS SDKs: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
  'amz-sdk-invocation-id',
  // Azure SDKs: https://azure.github.io/azure-sdk/general_azurecore.html#request-id
  'x-ms-client-request-id',
  // Graph SDKs: https://learn.microsoft.com/graph/best-practices-concept#reliability-and-support
  'client-request-id',
] as const;

/**
 * The idempotency key of a call. The body is part of it, since an application may give one id to several calls, to find them in a log.
 *
 * @param header looks up a header field by its lower-case name.
 * @returns the key of the request itself where it has one; undefined when nothing names the call.
 */
export function callKey(header: (name: string) => string | undefined, body: Uint8Array): string | undefined {
  const own = header('idempotency-key');
  if (own !== undefined) return own;
  for (const name of callIds) {
    const id = header(name)?.trim().toLowerCase() ?? '';
    if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return `call/${id}/${fingerprint(body)}`;
  }
  return undefined;
}
