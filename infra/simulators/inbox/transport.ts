/** The ways by which a mail can have come, and how they are shown. */
import type { AcceptedMail } from '../mail-store.ts';
import { html, type Html } from './html.ts';

export type Transport = AcceptedMail['via'];

export const TRANSPORTS: readonly {
  readonly via: Transport;
  readonly name: string;
  readonly title: string;
}[] = [
  { via: 'graph-json', name: 'Graph JSON', title: 'POST /users/{mailbox}/sendMail with a JSON message' },
  {
    via: 'graph-mime',
    name: 'Graph MIME',
    title: 'POST /users/{mailbox}/sendMail with a base64 MIME message',
  },
  {
    via: 'graph-draft',
    name: 'Graph draft',
    title: 'POST /users/{mailbox}/messages, files uploaded, then /send',
  },
  { via: 'smtp', name: 'SMTP', title: 'SMTP AUTH client submission' },
];

export function transportName(via: Transport): string {
  return TRANSPORTS.find((one) => one.via === via)?.name ?? via;
}

export function transportBadge(via: Transport): Html {
  const title = TRANSPORTS.find((one) => one.via === via)?.title ?? via;
  return html`<span class="badge ${via}" title="${title}">${transportName(via)}</span>`;
}

export function countByTransport(mails: readonly AcceptedMail[]): Record<Transport, number> {
  const counts = { 'graph-json': 0, 'graph-mime': 0, 'graph-draft': 0, smtp: 0 };
  for (const { via } of mails) counts[via] += 1;
  return counts;
}
