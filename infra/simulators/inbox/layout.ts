/** What all pages have around them: the head, the search field, the list of places, and who is where. */
import { html, type Content, type Html } from './html.ts';
import { boltIcon, codeIcon, inboxIcon, mark, searchIcon } from './icons.ts';
import { TRANSPORTS, type Transport } from './transport.ts';

/** What stands beside the page itself. */
export interface Surroundings {
  readonly title: string;
  /** What the search field holds. */
  readonly query?: string;
  readonly current: 'inbox' | 'faults' | 'none';
  /** Mails in the store, by transport. */
  readonly counts: Readonly<Record<Transport, number>>;
  /** Faults that wait to happen, of all simulators together. */
  readonly pendingFaults: number;
}

export function page(surroundings: Surroundings, content: Content): Html {
  const { title, query = '' } = surroundings;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Postrider inbox</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/inbox.css" />
        <script src="/assets/inbox.js" type="module"></script>
      </head>
      <body>
        <header class="top">
          <a class="brand" href="/">${mark}<span>Postrider</span><small>inbox</small></a>
          <form class="search" role="search" action="/" method="get">
            ${searchIcon}
            <input
              type="search"
              name="q"
              value="${query}"
              aria-label="Search"
              placeholder="Search, or from: to: subject: via:"
              autocomplete="off"
              spellcheck="false"
            />
            <kbd>/</kbd>
          </form>
          <span class="live" hidden></span>
        </header>
        <div class="shell">
          ${side(surroundings)}
          <main>${content}</main>
        </div>
      </body>
    </html> `;
}

function side({ current, query = '', counts, pendingFaults }: Surroundings): Html {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return html`<nav class="side" aria-label="Places" data-live="side">
    ${place('/', current === 'inbox' && query === '', [inboxIcon, html`<span>All mail</span>`], html`<b>${all}</b>`)}
    ${TRANSPORTS.map(({ via, name }) =>
      place(
        `/?q=via:${via}`,
        current === 'inbox' && query === `via:${via}`,
        html`<i class="dot ${via}"></i><span>${name}</span>`,
        html`<b>${counts[via]}</b>`,
      ),
    )}
    <hr />
    ${place(
      '/faults',
      current === 'faults',
      [boltIcon, html`<span>Faults</span>`],
      pendingFaults > 0 && html`<b class="alert">${pendingFaults}</b>`,
    )}
    <a class="minor" href="/api/v1/messages">${codeIcon}<span>JSON</span></a>
  </nav>`;
}

function place(href: string, here: boolean, label: Content, count?: Content): Html {
  return html`<a href="${href}" ${here && html`aria-current="page"`}>${label}${count}</a>`;
}
