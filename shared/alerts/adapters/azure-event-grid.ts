/**
 * Azure Event Grid in its own schema, one event or up to 5,000 in an array, and the question whether this endpoint wants them.
 *
 * The question has to be answered with 200 and the code, within 30 seconds.
 * https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, Alert, AlertState, Handshake, Severity } from '../alert.ts';
import { at, drawn, fields, first, has, list, several, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf } from '../value.ts';
import { eventLines, eventTitle, eventTone } from './cloud-event.ts';

const source = 'azure-event-grid';

function isEvent(value: unknown): boolean {
  return (
    has(value, 'id', 'eventType', 'subject') &&
    (has(value, 'eventTime') || has(value, 'topic') || has(value, 'dataVersion'))
  );
}

/** Resource Health, as Event Grid tells of it. */
const availabilities: Readonly<Record<string, { readonly state: AlertState; readonly severity: Severity }>> =
  {
    Unavailable: { state: 'firing', severity: 'critical' },
    Degraded: { state: 'firing', severity: 'warning' },
    Available: { state: 'resolved', severity: 'ok' },
  };

function readEvent(event: unknown): Alert {
  const type = text(at(event, 'eventType'));
  const subject = text(at(event, 'subject'));
  const topic = text(at(event, 'topic'));
  const available = text(at(event, 'data', 'resourceInfo', 'properties', 'availabilityState'));
  return drawn(source, {
    title: [eventTitle(type, subject), available].filter(Boolean).join(': '),
    ...(entry(availabilities, available) ?? eventTone(type, at(event, 'data'))),
    facts: [['Subject', subject], ...eventLines(at(event, 'data')), ['Event type', type], ['Topic', topic]],
    startedAt: timeOf(at(event, 'eventTime')),
  });
}

/** The answer to the question; the code is echoed and nothing else is believed. */
function validation(event: unknown): Handshake | undefined {
  const code = text(at(event, 'data', 'validationCode'));
  if (code === '') return undefined;
  const body = JSON.stringify({ validationResponse: code });
  return {
    kind: 'handshake',
    answer: { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body },
  };
}

export const azureEventGrid: Adapter = {
  name: source,
  label: 'Azure Event Grid',
  read({ header, value }) {
    const events = Array.isArray(value) ? list(value) : [value];
    if (events.length === 0 || !events.every(isEvent)) return undefined;
    const asks =
      header('aeg-event-type')?.toLowerCase() === 'subscriptionvalidation' ||
      text(at(events[0], 'eventType')) === 'Microsoft.EventGrid.SubscriptionValidationEvent';
    if (asks) return validation(events[0]);
    const subscription = first(header('aeg-subscription-name'));
    return several(events.map(readEvent), {
      notes: subscription === '' ? [] : [`Sent by the event subscription ${subscription}.`],
      deliveryKey: keyOf(
        at(events[0], 'id'),
        ...events.flatMap((event) => [fields(event)['topic'], fields(event)['id']]),
      ),
    });
  },
};
