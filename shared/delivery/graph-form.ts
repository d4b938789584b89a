/**
 * In which form Graph is given a message: `sendMail` with JSON, `sendMail` with MIME, or a draft that is then sent. A written rule,
 * and pure: the planner asks it beforehand, the transport when it sends, and both get the same answer.
 *
 * JSON is the usual form. It can say From and Sent Items, but has one body, and takes only `X-` headers, five at most.
 * MIME can say text beside HTML and standard headers, but Exchange puts the mailbox into From whatever stands there, always
 * keeps a copy in Sent Items, and drops `X-` headers that the mailbox has never met in JSON. So:
 *
 * 1. JSON, if it can say everything.
 * 2. MIME, if it can say what JSON cannot, unless the submission also says what only JSON can: another From than the mailbox,
 *    or no copy in Sent Items. Who a mail comes from and where it is kept matter more than its second body or threading.
 * 3. JSON again where MIME would be too large: base64 makes the whole message a third larger.
 * 4. A draft where JSON is too large as well, if the app may write in the mailbox (Mail.ReadWrite). It says what JSON says, and
 *    always keeps a copy in Sent Items.
 *
 * Whatever the form cannot carry is told to the submitter.
 *
 * Sources: https://learn.microsoft.com/graph/api/user-sendmail; https://learn.microsoft.com/graph/outlook-large-attachments;
 * From: EmailEngine, outlook-client.js; headers: msgraph-sdk-dotnet#2208, #2209, microsoft-graph-docs-contrib#424.
 */
import type { KeptBody } from '../message/kept-body.ts';
import { estimateMimeBytes, mimeBytesAtMost } from '../message/mime.ts';
import type { HeaderField, Message } from '../message/message.ts';
import type { Config } from '../platform/config.ts';
import { sendMailBytes } from './graph-message.ts';
import { draftLimits, maxBytes } from './limits.ts';

/** The form in which a message goes, or why Graph cannot carry it. */
export type GraphForm =
  | {
      readonly ok: true;
      readonly form: 'sendMail-json' | 'sendMail-mime' | 'draft';
      /** The submitter's headers that are sent; ours come on top. */
      readonly headers: readonly HeaderField[];
      /** In words for the submitter. */
      readonly notCarried: readonly string[];
      /** Application permissions of Graph that sending takes. */
      readonly permissions: readonly ('Mail.Send' | 'Mail.ReadWrite')[];
    }
  | {
      readonly ok: false;
      /** One sentence: what is too large, and what to do. */
      readonly reason: string;
      /** The permission with which Graph would carry it; absent when none helps. */
      readonly missing?: 'Mail.ReadWrite';
    };

/** `sendMail`'s form, and what it loses. */
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
 * Decides, size and permissions included.
 *
 * @param mailbox the mailbox whose URL is posted to.
 * @param permissions what the app has been granted beyond Mail.Send (POSTRIDER_GRAPH_PERMISSIONS).
 */
export function graphForm(
  message: Message,
  mailbox: string,
  permissions: Config['graphPermissions'],
): GraphForm {
  const plan = planGraph(message, mailbox);
  const atMost = mimeBytesAtMost(message);
  const estimate = atMost * 5 <= maxBytes.graph ? atMost : estimateMimeBytes(message);
  if (message.kept) return keptForm(plan, message.kept, estimate);
  // MIME travels in base64 once more. The estimate may be short by a text that is made from HTML: the transport looks again.
  if (plan.form === 'mime' && (estimate * 4) / 3 <= maxBytes.graph) return sendMailForm(plan);
  const json = plan.form === 'json' ? plan : planGraph(message, mailbox, 'json');
  // JSON spells a control character with six bytes where MIME's base64 needs 1.4: below this it cannot be too large.
  if (estimate * 5 <= maxBytes.graph || sendMailBytes(message, json.headers) <= maxBytes.graph) {
    return sendMailForm(json);
  }
  return draftForm(message, json, permissions, estimate);
}

/** A body that must stay as it is goes as MIME or not at all. */
function keptForm(plan: GraphPlan, kept: KeptBody, estimate: number): GraphForm {
  if (plan.form !== 'mime') {
    return no('Graph keeps a body as it is only for the mailbox itself, with a copy in Sent Items.');
  }
  if (kept.quotedPrintable && !kept.sealed) return no('Graph garbles quoted-printable.');
  if ((estimate * 4) / 3 > maxBytes.graph) {
    return no(`The message with its body as it is makes a request of more than ${maxBytes.graph} bytes.`);
  }
  const risk = kept.quotedPrintable
    ? ['The seal of the body may be broken: Graph does not keep quoted-printable as it is.']
    : [];
  return sendMailForm({ ...plan, notCarried: [...plan.notCarried, ...risk] });
}

const no = (reason: string): GraphForm => ({ ok: false, reason });

const sendMailForm = ({ form, headers, notCarried }: GraphPlan): GraphForm => ({
  ok: true,
  form: `sendMail-${form}`,
  headers,
  notCarried,
  permissions: ['Mail.Send'],
});

/** What a draft cannot carry either is not worth a permission. */
function draftForm(
  message: Message,
  { headers, notCarried }: GraphPlan,
  permissions: Config['graphPermissions'],
  estimate: number,
): GraphForm {
  const { file, message: most } = draftLimits;
  if (sendMailBytes({ ...message, attachments: [] }, headers) > maxBytes.graph) {
    return tooLarge(`The message without its attachments makes more than ${maxBytes.graph} bytes.`);
  }
  const large = message.attachments.find(({ size }) => size > file);
  if (large) return tooLarge(`An attachment has ${large.size} bytes, and Exchange takes ${file}.`);
  if (estimate > most) {
    return tooLarge(
      `The message has about ${estimate} bytes as it would be sent, and Exchange takes ${most}.`,
    );
  }
  if (!permissions.includes('Mail.ReadWrite')) {
    return {
      ok: false,
      reason: `The message is too large for one Graph request (${maxBytes.graph} bytes), and larger ones need the permission Mail.ReadWrite: grant it and name it in POSTRIDER_GRAPH_PERMISSIONS, allow the SMTP route (POSTRIDER_TRANSPORTS=graph,smtp), or send less.`,
      missing: 'Mail.ReadWrite',
    };
  }
  const kept = message.saveToSentItems
    ? []
    : ['The wish for no copy in Sent Items: a message with large attachments always leaves one.'];
  return {
    ok: true,
    form: 'draft',
    headers,
    notCarried: [...notCarried, ...kept],
    permissions: ['Mail.Send', 'Mail.ReadWrite'],
  };
}

const tooLarge = (what: string): GraphForm => ({ ok: false, reason: `${what} Send less.` });

/**
 * Decides between the forms of `sendMail`, whatever the size.
 *
 * @param mailbox the mailbox whose URL is posted to.
 * @param only demands a form: for a message that turned out to be too large in the other.
 */
export function planGraph(message: Message, mailbox: string, only?: 'json'): GraphPlan {
  const headers = message.headers.filter(({ name }) => !alwaysReplaced.has(name.toLowerCase()));
  const replaced = message.headers
    .filter((header) => !headers.includes(header))
    .map(({ name }) => `The header ${name}: Exchange Online sets it itself.`);
  const wants = message.kept !== undefined || wantsMime(message, headers);
  const mime = only !== 'json' && wants && mayBeMime(message, mailbox);
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
