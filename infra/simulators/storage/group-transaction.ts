/**
 * Entity group transactions: the multipart body of `$batch`, and its answer.
 * Source: https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
 */
import { randomUUID } from 'node:crypto';
import { addressOf, etagOf, placeOf } from './entity.ts';
import { readEntityCall, type EntityCall } from './entity-call.ts';
import { readTarget } from './operation.ts';
import { isRefusal, refuse, REFUSALS, type Refusal } from './refusal.ts';
import type { Answer, Call } from './service.ts';
import type { EntityChange } from './tables.ts';

const LIMITS = { operations: 100, bytes: 4 * 1024 * 1024 } as const;

export interface Transaction {
  /** In the order in which they were sent; one that cannot be read is its own refusal. */
  readonly calls: readonly (EntityCall | Refusal)[];
}

export function readTransaction(call: Call): Transaction | Refusal {
  if (call.body.length > LIMITS.bytes) return refuse('RequestBodyTooLarge');
  const text = call.body.toString();
  const boundary = /content-type:\s*multipart\/mixed;\s*boundary=(changeset_[^\s"]+)/i.exec(text)?.[1];
  if (boundary === undefined) return refuse('InvalidInput');
  const calls = text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => readPart(part));
  if (calls.length === 0) return refuse('InvalidInput');
  if (calls.length > LIMITS.operations) return { calls: [refuse('InvalidInput')] };
  return { calls: calls.map((one, index) => objection(one, calls, index) ?? one) };
}

const PART = /(?<verb>[A-Z]+) (?<target>\S+) HTTP\/1\.1\r?\n(?<head>(?:[\w-]+:[^\n]*\n)*)\s*(?<body>.*)$/s;

function readPart(part: string): EntityCall | Refusal {
  const { verb = '', target = '', head = '', body = '' } = PART.exec(part)?.groups ?? {};
  const headers = Object.fromEntries(
    [...head.matchAll(/^([\w-]+):\s*(.*?)\s*$/gm)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value,
    ]),
  );
  const found = readTarget('table', verb, target, headers);
  if (!found?.operation || verb === 'GET') return refuse('NotImplemented');
  return readEntityCall({ operation: found.operation, resource: found.resource, headers, body });
}

function objection(
  one: EntityCall | Refusal,
  all: readonly (EntityCall | Refusal)[],
  index: number,
): Refusal | undefined {
  const [first] = all;
  if (isRefusal(one) || !first || isRefusal(first)) return undefined;
  if (one.partitionKey !== first.partitionKey || one.table !== first.table) {
    return refuse('CommandsInBatchActOnDifferentPartitions');
  }
  const place = placeOf(one.partitionKey, one.rowKey);
  const twice = all
    .slice(0, index)
    .some((other) => !isRefusal(other) && placeOf(other.partitionKey, other.rowKey) === place);
  return twice ? refuse('InvalidDuplicateRow') : undefined;
}

/** Of a refused transaction the first operation that failed is named, in front of the sentence. */
export function answerTransaction(
  { calls }: Transaction,
  outcome: readonly EntityChange[] | (Refusal & { readonly index: number }),
): Answer {
  const parts = isRefusal(outcome)
    ? [refusedPart(outcome)]
    : outcome.map((change, i) => donePart(change, calls[i]));
  const [batch, changeset] = [`batchresponse_${randomUUID()}`, `changesetresponse_${randomUUID()}`];
  const head = ['Content-Type: application/http', 'Content-Transfer-Encoding: binary', ''];
  const lines = [
    [`--${batch}`, `Content-Type: multipart/mixed; boundary=${changeset}`, ''],
    parts.map((part) => [`--${changeset}`, ...head, ...part].join('\r\n')),
    [`--${changeset}--`, `--${batch}--`, ''],
  ].flat();
  return {
    status: 202,
    headers: { 'content-type': `multipart/mixed; boundary=${batch}` },
    body: lines.join('\r\n'),
  };
}

function donePart(change: EntityChange, call: EntityCall | Refusal | undefined): string[] {
  const tag = change.do === 'delete entity' ? [] : [`ETag: ${etagOf(change)}`];
  const address = addressOf(change.table, change.partitionKey, change.rowKey);
  const inserted = call !== undefined && !isRefusal(call) && call.operation === 'InsertEntity';
  return [
    'HTTP/1.1 204 No Content',
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-cache',
    'DataServiceVersion: 3.0;',
    ...(inserted ? [`DataServiceId: ${address}`] : []),
    ...tag,
    '',
    '',
  ];
}

function refusedPart({ refused, index }: Refusal & { readonly index: number }): string[] {
  const [status, sentence] = REFUSALS[refused];
  const error = { code: refused, message: { lang: 'en-US', value: `${index}:${sentence}` } };
  return [
    `HTTP/1.1 ${status} ${refused}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-cache',
    'DataServiceVersion: 3.0;',
    'Content-Type: application/json;odata=minimalmetadata;streaming=true;charset=utf-8',
    '',
    JSON.stringify({ 'odata.error': error }),
    '',
  ];
}
