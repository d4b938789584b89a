/** The list of mails, newest first. */
import type { AcceptedMail } from '../mail-store.ts';
import { html, type Content, type Html } from './html.ts';
import { clipIcon, trashIcon } from './icons.ts';
import { page, type Surroundings } from './layout.ts';
import type { Party } from './letter.ts';
import type { Glance } from './letters.ts';
import { TRANSPORTS, transportBadge } from './transport.ts';
import { agoText, countText, momentText, sizeText } from './wording.ts';

export interface ListRow {
  readonly mail: AcceptedMail;
  readonly glance: Glance;
  /** Somebody has opened it. */
  readonly opened: boolean;
}

export interface ListFacts {
  readonly query: string;
  /** Those of this page. */
  readonly rows: readonly ListRow[];
  /** How many match, on all pages. */
  readonly total: number;
  readonly unopened: number;
  /** From 1. */
  readonly pageNumber: number;
  readonly pageCount: number;
  /** What the sandbox wants to tell: plain text, such as a command that sends a mail. */
  readonly banner: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function listPage(facts: ListFacts, around: Omit<Surroundings, 'title' | 'query' | 'current'>): Html {
  const { query, unopened } = facts;
  const title = unopened > 0 ? `(${unopened}) Inbox` : 'Inbox';
  return page({ ...around, title, query, current: 'inbox' }, [
    html`<div class="bar" data-live="bar" data-title="${title} · Postrider inbox">
      <h1>${HEADINGS.get(query) ?? `Search: ${query}`}</h1>
      <span class="count">${countText(facts.total, 'message')}</span>
      <span class="space"></span>
      ${pager(facts)}
      ${
        facts.total > 0 &&
        html`<button type="button" class="quiet" popovertarget="delete-all">
          ${trashIcon}<span>Delete all</span>
        </button>`
      }
    </div>`,
    html`<form id="delete-all" class="sheet" popover method="post" action="/delete">
      <h2>Delete all mail?</h2>
      <p>Every message in the sandbox is forgotten, not only those shown here. This cannot be undone.</p>
      <p class="buttons">
        <button type="button" popovertarget="delete-all" popovertargetaction="hide">Cancel</button>
        <button class="danger">Delete all</button>
      </p>
    </form>`,
    html`<ol class="list" data-live="list">
      ${facts.rows.map((one) => row(one, facts))}
    </ol>`,
    html`<div data-live="empty">${facts.total === 0 && empty(facts)}</div>`,
    facts.banner !== undefined &&
      facts.total > 0 &&
      html`<details class="how">
        <summary>How to send another one</summary>
        ${codeBlock(facts.banner)}
      </details>`,
  ]);
}

const HEADINGS: ReadonlyMap<string, string> = new Map([
  ['', 'All mail'],
  ...TRANSPORTS.map(({ via, name }) => [`via:${via}`, name] as const),
]);

function pager({ query, pageNumber, pageCount }: ListFacts): Content {
  if (pageCount < 2) return undefined;
  const link = (to: number, label: string, rel: string): Html =>
    to < 1 || to > pageCount
      ? html`<span class="off">${label}</span>`
      : html`<a rel="${rel}" href="/?${new URLSearchParams({ q: query, page: String(to) }).toString()}"
          >${label}</a
        >`;
  return html`<nav class="pager" aria-label="Pages">
    ${link(pageNumber - 1, 'Newer', 'prev')}<span>${pageNumber} / ${pageCount}</span
    >${link(pageNumber + 1, 'Older', 'next')}
  </nav>`;
}

function row({ mail, glance, opened }: ListRow, { query, now }: ListFacts): Html {
  const search = query === '' ? '' : `?${new URLSearchParams({ q: query }).toString()}`;
  return html`<li>
    <a class="row ${!opened && 'new'}" href="/message/${mail.id}${search}" data-id="${mail.id}">
      <span class="who">
        <span class="from">${names(glance.from)}</span>
        <span class="to">to ${names(glance.to)}</span>
      </span>
      <span class="what">
        <span class="subject">${glance.subject === '' ? html`<em>No subject</em>` : glance.subject}</span>
        <span class="snippet">${glance.snippet}</span>
      </span>
      <span class="when">
        <time datetime="${mail.acceptedAt}" title="${momentText(mail.acceptedAt)}"
          >${agoText(Date.parse(mail.acceptedAt), now)}</time
        >
        <span class="marks">
          ${
            glance.attachments > 0 &&
            html`<span class="clip" title="${countText(glance.attachments, 'attachment')}"
              >${clipIcon}${glance.attachments}</span
            >`
          }
          <span class="size">${sizeText(glance.size)}</span>
          ${transportBadge(mail.via)}
        </span>
      </span>
    </a>
  </li>`;
}

/** The first by name or address, and how many more there are. */
function names(parties: readonly Party[]): Html {
  const [first, ...others] = parties;
  if (first === undefined) return html`<em>nobody</em>`;
  const more = others.length > 0 && html` <span class="more">+${others.length}</span>`;
  const title = parties
    .map(({ name, address }) => (name === '' ? address : `${name} <${address}>`))
    .join('\n');
  return html`<span title="${title}">${first.name === '' ? first.address : first.name}</span>${more}`;
}

function empty({ query, banner }: ListFacts): Html {
  if (query !== '') {
    return html`<div class="empty">
      <h2>Nothing matches</h2>
      <p>No message fits <q>${query}</q>. <a href="/">Show all mail</a></p>
    </div>`;
  }
  return html`<div class="empty">
    <h2>No mail yet</h2>
    <p>What the pretend Microsoft 365 accepts shows up here by itself.</p>
    ${banner !== undefined && codeBlock(banner)}
  </div>`;
}

function codeBlock(text: string): Html {
  return html`<div class="code">
    <pre><code>${text}</code></pre>
    <button type="button" class="copy">Copy</button>
  </div>`;
}
