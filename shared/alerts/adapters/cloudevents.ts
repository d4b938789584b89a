/**
 * CloudEvents over HTTP: structured, batch and binary mode, and the question of abuse protection before the first event.
 *
 * CloudEvents 1.0 (JSON Format; HTTP Protocol Binding §3; HTTP 1.1 Web Hooks §4). The callback that the question may name is never called.
 */
import type { Adapter, Alert, Handshake, HookRequest } from '../alert.ts';
import { at, drawn, fields, first, has, list, several, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, linesOf } from '../value.ts';
import { eventLines, eventTitle, eventTone } from './cloud-event.ts';

const source = 'cloudevents';

const attributes =
  'specversion id source type subject time datacontenttype dataschema data data_base64'.split(' ');

function isEvent(value: unknown): value is Fields {
  return has(value, 'specversion', 'type', 'source', 'id') && /^(?:1\.|0\.)/.test(text(value['specversion']));
}

function readEvent(event: Fields): Alert {
  const type = text(event['type']);
  const from = text(event['source']);
  const data = fields(event['data']);
  const said = first(data['title'], data['message'], data['summary'], data['description']);
  return drawn(source, {
    title: eventTitle(type, first(event['subject']) || from),
    ...eventTone(type, data),
    summary: said,
    facts: [
      ['Subject', event['subject']],
      ...eventLines(event['data'] ?? decoded(event['data_base64'], text(event['datacontenttype']))).filter(
        ([, value]) => said === '' || value !== said,
      ),
      ['Event type', type],
      ['Source', from],
      ...linesOf(event, ...attributes),
    ],
    links: [['Source', /^https?:\/\//i.test(from) ? from : '']],
    startedAt: timeOf(event['time']),
  });
}

/** Data that came as base64, where it is text. */
function decoded(value: unknown, mediaType: string): unknown {
  if (
    typeof value !== 'string' ||
    !/^(?:text\/|application\/(?:json|xml)|\S{1,100}\+(?:json|xml))/.test(mediaType)
  )
    return undefined;
  return Buffer.from(value, 'base64').toString('utf8');
}

/** An event in binary mode: attributes in headers, percent-encoded (HTTP binding §3.1.3.2), data in the body. */
function binary(request: HookRequest): Fields | undefined {
  const event: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const name of ['specversion', 'id', 'source', 'type', 'subject', 'time', 'dataschema']) {
    const value = request.header(`ce-${name}`);
    if (value !== undefined) event[name] = percentDecoded(value);
  }
  if (!isEvent(event)) return undefined;
  event['data'] = request.value ?? request.text;
  return event;
}

function percentDecoded(value: string): string {
  const bare = /^"(.*)"$/.exec(value)?.[1] ?? value;
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}

/** OPTIONS: whoever holds the key of the hook asked for this sender, so its origin is allowed (Web Hooks §4.2). */
function permission(request: HookRequest): Handshake | undefined {
  const origin = request.header('webhook-request-origin') ?? '';
  if (!/^[\w.:/*[\]-]{1,255}$/.test(origin)) return undefined;
  const rate = request.header('webhook-request-rate') ?? '';
  const headers = {
    allow: 'POST',
    'webhook-allowed-origin': origin,
    'webhook-allowed-rate': /^[1-9]\d{0,5}$/.test(rate) ? rate : '120',
  };
  return { kind: 'handshake', answer: { status: 200, headers, body: '' } };
}

export const cloudEvents: Adapter = {
  name: source,
  label: 'CloudEvents',
  read(request) {
    if (request.method === 'OPTIONS') return permission(request);
    const { value } = request;
    const batch = Array.isArray(value) ? list(value) : [value];
    const structured = batch.length > 0 && batch.every(isEvent);
    const single = structured ? undefined : binary(request);
    const events = structured ? batch.filter(isEvent) : single === undefined ? [] : [single];
    if (events.length === 0) return undefined;
    const [only] = events;
    if (events.length === 1 && text(only?.['type']) === 'Microsoft.EventGrid.SubscriptionValidationEvent') {
      const code = text(at(only, 'data', 'validationCode'));
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const body = JSON.stringify({ validationResponse: code });
      return code === '' ? undefined : { kind: 'handshake', answer: { status: 200, headers, body } };
    }
    return several(events.map(readEvent), {
      deliveryKey: keyOf(only?.['id'], ...events.flatMap((event) => [event['source'], event['id']])),
    });
  },
};
