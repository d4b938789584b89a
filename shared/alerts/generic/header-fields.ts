/**
 * Fields that came as headers, by ntfy's names: `curl -H "Title: Water" -H "Priority: high" -d "Basement is wet" …`.
 */
import { entry } from '../../platform/entry.ts';
import type { HookRequest, Severity } from '../alert.ts';
import { headerText } from '../header-text.ts';

/** What the headers say. */
export interface HeaderFields {
  readonly title?: string;
  readonly message?: string;
  readonly severity?: Severity;
  readonly tags?: string;
  readonly click?: string;
  readonly attach?: string;
}

const priorities: Readonly<Record<string, Severity>> = {
  5: 'critical',
  max: 'critical',
  urgent: 'critical',
  4: 'error',
  high: 'error',
  2: 'info',
  low: 'info',
  1: 'info',
  min: 'info',
};

/** Reads ntfy's headers with their aliases. A `Priority` of RFC 9218 (`u=1, i`), which browsers and proxies add, is none. */
export function readHeaderFields(header: HookRequest['header']): HeaderFields {
  const get = (names: string) => headerText(header, names.split(' '));
  const fields = {
    title: get('title x-title ti t subject x-subject'),
    message: get('message x-message m'),
    severity: entry(priorities, get('priority x-priority prio p')?.toLowerCase() ?? ''),
    tags: get('tags x-tags tag ta'),
    click: get('click x-click'),
    attach: get('attach x-attach a'),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Headers in which senders name the event, and leave it out of the body. */
const eventHeaders =
  'x-github-event x-gitlab-event x-gitea-event x-forgejo-event x-gogs-event x-event-key x-event-type x-event-name x-event x-hook-event x-webhook-event x-webhook-topic x-shopify-topic x-wc-webhook-topic x-discourse-event ce-type x-zm-event x-topic';

/** The event that a header names, as a field `event`; none when there is no such header. */
export function readEventHeader(header: HookRequest['header']): { readonly event?: string } {
  const event = headerText(header, eventHeaders.split(' '));
  return event === undefined ? {} : { event };
}

/** Headers in which senders give the id of a delivery, the same when they repeat it. */
const deliveryHeaders =
  'idempotency-key webhook-id svix-id ce-id x-github-delivery x-gitlab-event-uuid x-gitea-delivery x-webhook-id x-delivery-id x-event-id x-shopify-webhook-id x-atlassian-webhook-identifier x-amz-sns-message-id x-pagerduty-delivery';

/** The sender's own id of this delivery. */
export function readDeliveryKey(header: HookRequest['header']): string | undefined {
  for (const name of deliveryHeaders.split(' ')) {
    const id = header(name)?.trim();
    if (id !== undefined && id !== '' && id.length <= 300) return `${name}:${id}`;
  }
  return undefined;
}
