/**
 * Paths of vendors' APIs that nothing stands at here: which vendor's client asks, and what to do instead.
 *
 * Who changes a base URL has an application that may do more than send. It must hear, in words that its client understands, what it
 * cannot have.
 */

/** Whose words the answer is to be in. */
export type Vendor = 'resend' | 'sendgrid' | 'postmark' | 'mailgun' | 'acs' | 'graph' | 'ses';

/** What is said. */
export interface Elsewhere {
  readonly vendor: Vendor;
  readonly detail: string;
}

const shown =
  'What was sent is shown by GET /emails and GET /emails/{id}, and told to webhooks as it happens.';

const told =
  'Nothing is counted here: Postrider hands messages to Microsoft 365, whose message trace and mailbox know of bounces.';

const templates = 'Templates are kept by the administrator of this bridge: postrider templates.';

interface Place extends Elsewhere {
  readonly path: RegExp;
}

/** The first that fits counts. */
const places: readonly Place[] = [
  {
    vendor: 'graph',
    path: /^\/(?:v1\.0|beta)\/\$batch$/i,
    detail: 'Requests are not taken in batches. Call sendMail for each message.',
  },
  {
    vendor: 'graph',
    path: /^\/(?:v1\.0|beta)\/(?:me|users\/[^/]+)\/(?:messages|mailFolders)(?:\/|$)/i,
    detail:
      'Drafts, mailboxes and upload sessions are not here. Send the message with its attachments by sendMail; the bridge uploads large ones itself.',
  },
  {
    vendor: 'graph',
    path: /^\/(?:v1\.0|beta)\//i,
    detail: 'Of Microsoft Graph there is sendMail alone. Ask Graph itself for everything else.',
  },
  {
    vendor: 'ses',
    path: /^\/v2\/email\//i,
    detail:
      'Of Amazon SES there are SendEmail and SendBulkEmail. Senders, templates and suppressed recipients are kept by the administrator of this bridge.',
  },
  {
    vendor: 'acs',
    path: /^\/emails:/i,
    detail: 'Of Azure Communication Services there are sending and its operations.',
  },
  {
    vendor: 'resend',
    path: /^\/emails\/receiving(?:\/|$)/i,
    detail: 'Nothing is received here: answers arrive in the mailbox of Reply-To, or of the sender.',
  },
  { vendor: 'resend', path: /^\/emails\/metrics$/i, detail: told },
  {
    vendor: 'resend',
    path: /^\/emails\/[^/]+\/(?:attachments|share)(?:\/|$)/i,
    detail: 'What a message says is not given back: its content goes when it has been sent.',
  },
  { vendor: 'sendgrid', path: /^\/v3\/(?:stats|suppression|asm|messages)(?:\/|$)/i, detail: told },
  { vendor: 'sendgrid', path: /^\/v3\/templates(?:\/|$)/i, detail: templates },
  {
    vendor: 'mailgun',
    path: /^\/v3\/[^/]+\/(?:events|stats|bounces|unsubscribes|complaints)(?:\/|$)/i,
    detail: told,
  },
  { vendor: 'mailgun', path: /^\/v3\/[^/]+\/templates(?:\/|$)/i, detail: templates },
  {
    vendor: 'postmark',
    path: /^\/email\/bulk(?:\/|$)/i,
    detail:
      'Bulk requests are not taken. Send a batch with templates (sendEmailBatchWithTemplates), which tells for each message what became of it.',
  },
  { vendor: 'postmark', path: /^\/messages\/outbound(?:\/|$)/i, detail: shown },
  { vendor: 'postmark', path: /^\/(?:bounces|stats|deliveryStats)(?:\/|$)/i, detail: told },
  { vendor: 'postmark', path: /^\/templates(?:\/|$)/i, detail: templates },
];

/** Vendors whose clients tell themselves by how they show their key. */
const byKey: readonly (readonly [Vendor, RegExp, (header: Header) => boolean])[] = [
  ['postmark', /^\//, (header) => header('x-postmark-server-token') !== undefined],
  ['mailgun', /^\/v[34]\//i, (header) => /^basic /i.test(header('authorization') ?? '')],
  ['sendgrid', /^\/v3\//i, () => true],
];

type Header = (name: string) => string | undefined;

/** Longest path that is looked at. */
const longest = 1000;

/** Finds out. @param header looks up a header by its lower-case name. @returns undefined when it is no vendor's path. */
export function elsewhere(path: string, header: Header): Elsewhere | undefined {
  if (path.length > longest) return undefined;
  const place = places.find((one) => one.path.test(path));
  if (place) return { vendor: place.vendor, detail: place.detail };
  const vendor = byKey.find(([, start, fits]) => start.test(path) && fits(header))?.[0];
  return (
    vendor && {
      vendor,
      detail: 'This bridge sends mail. The paths that it has are in /openapi.json and docs/clients.md.',
    }
  );
}
