/** One mail: who, when, what, and a tab for each way of looking at it. */
import type { AcceptedMail } from '../mail-store.ts';
import { html, type Content, type Html } from './html.ts';
import { backIcon, downIcon, saveIcon, upIcon } from './icons.ts';
import { page, type Surroundings } from './layout.ts';
import type { Letter, Party } from './letter.ts';
import { TABS, type Tab, type TabName } from './message-tabs.ts';
import { transportBadge } from './transport.ts';
import { momentText } from './wording.ts';

export interface MessageFacts {
  readonly mail: AcceptedMail;
  readonly letter: Letter;
  /** The search that led here; the neighbours are those of its list. */
  readonly query: string;
  readonly newer: AcceptedMail | undefined;
  readonly older: AcceptedMail | undefined;
  /** Undefined: the first tab that has something. */
  readonly tab: TabName | undefined;
}

export function messagePage(
  facts: MessageFacts,
  around: Omit<Surroundings, 'title' | 'query' | 'current'>,
): Html {
  const { mail, letter, query } = facts;
  const subject = letter.subject === '' ? 'No subject' : letter.subject;
  const search = query === '' ? '' : new URLSearchParams({ q: query }).toString();
  const present = TABS.filter((tab) => tab.count(letter) !== 0);
  const current = present.find(({ name }) => name === facts.tab) ?? present[0];
  return page({ ...around, title: subject, query, current: 'inbox' }, [
    html`<div class="bar">
      <a class="quiet" rel="up" href="/${search && `?${search}`}">${backIcon}<span>Inbox</span></a>
      ${neighbour(facts.newer, 'prev', 'Newer', upIcon, search)}
      ${neighbour(facts.older, 'next', 'Older', downIcon, search)}
      <span class="space"></span>
      <a class="quiet" href="/message/${mail.id}/raw" download>${saveIcon}<span>Download</span></a>
    </div>`,
    html`<article class="message">
      <header>
        <h1>${letter.subject === '' ? html`<em>No subject</em>` : subject}</h1>
        ${transportBadge(mail.via)}
      </header>
      <dl class="facts">
        ${parties('From', letter.from)} ${parties('To', letter.to)} ${parties('Cc', letter.cc)}
        ${parties('Bcc', letter.bcc, 'named in the envelope only')} ${parties('Reply to', letter.replyTo)}
        <div>
          <dt>Accepted</dt>
          <dd><time datetime="${mail.acceptedAt}">${momentText(mail.acceptedAt)}</time></dd>
        </div>
      </dl>
      ${
        letter.problem !== undefined &&
        html`<p class="notice">This message could not be taken apart: ${letter.problem}</p>`
      }
      <nav class="tabs" aria-label="Views">
        ${present.map((tab) => tabLink(tab, tab === current, letter, mail, search))}
      </nav>
      <section class="panel ${current?.name}">${current?.content(mail, letter)}</section>
    </article>`,
  ]);
}

function neighbour(
  mail: AcceptedMail | undefined,
  rel: 'prev' | 'next',
  label: string,
  icon: Html,
  search: string,
): Html {
  if (mail === undefined) return html`<span class="quiet off" title="${label}">${icon}</span>`;
  const href = `/message/${mail.id}${search && `?${search}`}`;
  return html`<a class="quiet" rel="${rel}" href="${href}" title="${label}" aria-label="${label}"
    >${icon}</a
  >`;
}

function tabLink(tab: Tab, current: boolean, letter: Letter, mail: AcceptedMail, search: string): Html {
  const count = tab.count(letter);
  const parameters = new URLSearchParams(search);
  parameters.set('tab', tab.name);
  const href = `/message/${mail.id}?${parameters.toString()}`;
  return html`<a href="${href}" ${current && html`aria-current="true"`}
    >${tab.label}${count !== undefined && html` <b>${count}</b>`}</a
  >`;
}

function parties(label: string, list: readonly Party[], note?: string): Content {
  if (list.length === 0) return undefined;
  return html`<div>
    <dt ${note !== undefined && html`title="${note}"`}>${label}</dt>
    <dd>
      ${list.map(
        ({ name, address }) =>
          html`<span class="party"
            >${name === '' ? address : html`<b>${name}</b> <span>${address}</span>`}</span
          >`,
      )}
    </dd>
  </div>`;
}
