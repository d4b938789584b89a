/** The ways of looking at a mail. */
import { createHash } from 'node:crypto';
import type { AcceptedMail } from '../mail-store.ts';
import { html, type Content, type Html } from './html.ts';
import { saveIcon } from './icons.ts';
import { plainText, type Letter, type LetterAttachment } from './letter.ts';
import { isPicture, wantsRemoteContent } from './mail-frame.ts';
import { transportName } from './transport.ts';
import { momentText, sizeText } from './wording.ts';

export type TabName = 'html' | 'text' | 'headers' | 'source' | 'attachments' | 'transport';

export interface Tab {
  readonly name: TabName;
  readonly label: string;
  /** A number to show beside the label. 0 hides the tab, undefined shows it without a number. */
  count(letter: Letter): number | undefined;
  content(mail: AcceptedMail, letter: Letter): Content;
}

/** Characters of the source that are shown; the rest is to be downloaded. */
const SOURCE_LIMIT = 256 * 1024;

export const TABS: readonly Tab[] = [
  {
    name: 'html',
    label: 'HTML',
    count: ({ html: body }) => (body === undefined ? 0 : undefined),
    content: (mail, letter) => [
      wantsRemoteContent(letter) &&
        html`<p class="notice">This message refers to content on the web. It is not loaded here.</p>`,
      html`<iframe
        title="The message as HTML"
        src="/message/${mail.id}/body"
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        referrerpolicy="no-referrer"
      ></iframe>`,
    ],
  },
  {
    name: 'text',
    label: 'Text',
    count: ({ problem }) => (problem === undefined ? undefined : 0),
    content: (_mail, letter) => [
      letter.text === undefined &&
        letter.html !== undefined &&
        html`<p class="notice">This message has no text part. This is what its HTML says.</p>`,
      html`<pre class="letter">${plainText(letter, SOURCE_LIMIT)}</pre>`,
    ],
  },
  {
    name: 'headers',
    label: 'Headers',
    count: ({ headers }) => headers.length,
    content: (_mail, { headers }) =>
      html`<dl class="table">
        ${headers.map(
          ({ name, value }) =>
            html`<div>
              <dt>${name}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>`,
  },
  {
    name: 'source',
    label: 'Source',
    count: () => undefined,
    content: ({ id, mime }) => [
      mime.length > SOURCE_LIMIT &&
        html`<p class="notice">
          These are the first ${sizeText(SOURCE_LIMIT)} of ${sizeText(mime.length)}.
          <a href="/message/${id}/raw" download>Download all of it</a>
        </p>`,
      html`<pre>${mime.subarray(0, SOURCE_LIMIT).toString('utf8')}</pre>`,
    ],
  },
  {
    name: 'attachments',
    label: 'Attachments',
    count: ({ attachments }) => attachments.length,
    content: ({ id }, { attachments }) =>
      html`<ul class="attachments">
        ${attachments.map((one, index) => attachment(one, `/message/${id}/part/${index}`))}
      </ul>`,
  },
  { name: 'transport', label: 'Transport', count: () => undefined, content: transport },
];

function attachment(
  { filename, mimeType, inline, contentId, content }: LetterAttachment,
  href: string,
): Html {
  const kind = /\.(\w{1,5})$/u.exec(filename)?.[1] ?? mimeType.split('/')[1]?.slice(0, 5) ?? '';
  return html`<li>
    <span class="thumb"
      >${isPicture(mimeType) ? html`<img src="${href}" alt="" loading="lazy" />` : html`<span>${kind}</span>`}</span
    >
    <div>
      <h2>${filename}</h2>
      <p>
        ${mimeType} ·
        ${sizeText(content.length)}${inline && ' · shown in the HTML'}${
          contentId !== undefined && html` · <span class="id">cid:${contentId}</span>`
        }
      </p>
      <p class="hash" title="SHA-256">${createHash('sha256').update(content).digest('hex')}</p>
    </div>
    <a class="quiet" href="${href}?download" download="${filename}" aria-label="Download ${filename}"
      >${saveIcon}</a
    >
  </li>`;
}

function transport(mail: AcceptedMail): Content {
  const facts: readonly (readonly [string, Content])[] = [
    ['Carried by', transportName(mail.via)],
    ['Mailbox', mail.mailbox],
    ['Accepted at', html`${mail.acceptedAt} <span class="minor">(${momentText(mail.acceptedAt)})</span>`],
    ['Size', `${mail.mime.length.toLocaleString('en-US')} bytes`],
    ['Envelope from', mail.envelope.from === '' ? '<>' : mail.envelope.from],
    ['Envelope to', mail.envelope.to.map((address) => html`<span class="party">${address}</span>`)],
    ['request-id', mail.requestId],
    ['client-request-id', mail.clientRequestId],
    ['Server message id', mail.serverMessageId],
    ['Id in this inbox', mail.id],
  ];
  return [
    html`<dl class="table">
      ${facts.map(
        ([name, value]) =>
          value !== undefined &&
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>`,
    mail.json !== undefined && [
      html`<h2>The JSON as received</h2>`,
      html`<pre>${shortened(mail.json)}</pre>`,
    ],
  ];
}

/** The JSON with attachments and other long values cut: they can be looked at elsewhere. */
function shortened(json: unknown): string {
  const longest = 2000;
  return JSON.stringify(
    json,
    (_key, value: unknown) =>
      typeof value === 'string' && value.length > longest
        ? `${value.slice(0, 100)}… (${value.length.toLocaleString('en-US')} characters)`
        : value,
    2,
  );
}
