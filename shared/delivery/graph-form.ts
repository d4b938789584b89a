/**
 * JSON or MIME: in which of its two forms Graph's `sendMail` is given a message. A written rule, and pure.
 *
 * JSON is the usual form. It can say From and Sent Items, but has one body, and takes only `X-` headers, five at most.
 * MIME can say text beside HTML and standard headers, but Exchange puts the mailbox into From whatever stands there, always
 * keeps a copy in Sent Items, and drops `X-` headers that the mailbox has never met in JSON. So:
 *
 * 1. JSON, if it can say everything.
 * 2. MIME, if it can say what JSON cannot, unless the submission also says what only JSON can: another From than the mailbox,
 *    or no copy in Sent Items. Who a mail comes from and where it is kept matter more than its second body or threading.
 * 3. JSON again where MIME would be too large: base64 makes the whole message a third larger.
 *
 * Whatever the form cannot carry is told to the submitter.
 *
 * Sources: https://learn.microsoft.com/graph/api/user-sendmail; From: EmailEngine, outlook-client.js;
 * headers: msgraph-sdk-dotnet#2208, #2209, microsoft-graph-docs-contrib#424.
 */
import type { HeaderField, Message } from '../message/message.ts';

/** The form, and what it loses. */
export interface GraphPlan {
  readonly form: 'json' | 'mime';
  /** The submitter's headers that are sent; ours come on top. */
  readonly headers: readonly HeaderField[];
  /** In words for the submitter. */
  readonly notCarried: readonly string[];
}

/** `internetMessageHeaders` holds five, and one is our tag. */
const roomForHeaders = 4;

/** Exchange sets these itself in every form (msgraph-sdk-dotnet#2209, #2210). */
const alwaysReplaced = new Set(['auto-submitted', 'return-path']);

/**
 * Decides.
 *
 * @param mailbox the mailbox whose URL is posted to.
 * @param only demands a form: for a message that turned out to be too large in the other.
 */
export function planGraph(message: Message, mailbox: string, only?: 'json'): GraphPlan {
  const headers = message.headers.filter(({ name }) => !alwaysReplaced.has(name.toLowerCase()));
  const replaced = message.headers
    .filter((header) => !headers.includes(header))
    .map(({ name }) => `The header ${name}: Exchange Online sets it itself.`);
  const mime = only !== 'json' && wantsMime(message, headers) && mayBeMime(message, mailbox);
  const plan = mime ? asMime(message, headers) : asJson(message, headers);
  return { ...plan, notCarried: [...replaced, ...plan.notCarried] };
}

const isX = ({ name }: HeaderField): boolean => /^x-/i.test(name);

/** Text and HTML, both the submitter's own. */
const hasTwoBodies = ({ text, html }: Message): boolean => text !== undefined && html !== undefined;

const wantsMime = (message: Message, headers: readonly HeaderField[]): boolean =>
  hasTwoBodies(message) || headers.length > roomForHeaders || !headers.every(isX);

const mayBeMime = (message: Message, mailbox: string): boolean =>
  message.saveToSentItems && message.from.address.toLowerCase() === mailbox.toLowerCase();

function asMime(message: Message, headers: readonly HeaderField[]): GraphPlan {
  const risky = headers
    .filter(isX)
    .map(
      ({ name }) =>
        `The header ${name} may be missing: Exchange Online drops X- headers that are new to the mailbox when a message has two bodies, standard headers or more than ${roomForHeaders} headers.`,
    );
  const name =
    message.from.name === undefined
      ? []
      : [
          'The display name in From may be that of the mailbox: Exchange Online sets it when a message is sent as MIME.',
        ];
  return { form: 'mime', headers, notCarried: [...risky, ...name] };
}

function asJson(message: Message, headers: readonly HeaderField[]): GraphPlan {
  const standard = headers.filter((header) => !isX(header));
  const extended = headers.filter(isX);
  const notCarried = [
    ...(hasTwoBodies(message)
      ? [
          'The text part: Graph takes one body here, and Exchange Online makes a text of its own from the HTML.',
        ]
      : []),
    ...standard.map(({ name }) => `The header ${name}: Graph takes only X- headers here.`),
    ...extended
      .slice(roomForHeaders)
      .map(
        ({ name }) => `The header ${name}: Graph takes only ${roomForHeaders} headers of the submitter here.`,
      ),
  ];
  return { form: 'json', headers: extended.slice(0, roomForHeaders), notCarried };
}
