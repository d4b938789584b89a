/** The addresses of the inbox and what each of them answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UnknownFaultError } from '../faults.ts';
import { readBody } from '../listening.ts';
import type { AcceptedMail, MailStore } from '../mail-store.ts';
import {
  isForeign,
  mailPolicy,
  seeOther,
  send,
  sendFile,
  sendJson,
  sendPage,
  sendText,
} from './answering.ts';
import { messageJson, messagesJson, parseMessagesQuery } from './api.ts';
import { faultOfForm } from './fault-form.ts';
import { faultsPage, type FaultMistake, type Simulators } from './faults-page.ts';
import { findMails } from './finding.ts';
import type { Surroundings } from './layout.ts';
import { Letters } from './letters.ts';
import { listPage, type ListRow } from './list-page.ts';
import { Live } from './live.ts';
import { framedHtml, isPicture } from './mail-frame.ts';
import { messagePage } from './message-page.ts';
import { TABS } from './message-tabs.ts';
import { parseSearch } from './search.ts';
import { countByTransport } from './transport.ts';

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

export interface SiteOptions {
  readonly store: MailStore;
  readonly faults: Simulators;
  readonly banner?: string;
}

const PAGE_SIZE = 50;
const FORM_LIMIT = 64 * 1024;

/** One request with what all handlers want to know of it. */
interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

export class InboxSite {
  readonly #store: MailStore;
  readonly #faults: Simulators;
  readonly #banner: string | undefined;
  readonly #assets: ReadonlyMap<string, Asset>;
  readonly #letters = new Letters();
  readonly #opened = new WeakSet<AcceptedMail>();
  readonly #live: Live;

  constructor({ store, faults, banner }: SiteOptions, assets: ReadonlyMap<string, Asset>) {
    this.#store = store;
    this.#faults = faults;
    this.#banner = banner;
    this.#assets = assets;
    this.#live = new Live(() =>
      JSON.stringify([store.accepted, store.size, ...Object.values(faults).map((script) => script.list())]),
    );
  }

  stop(): void {
    this.#live.stop();
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://inbox.invalid');
    if (isForeign(request))
      return sendText(response, 403, 'This inbox is only for pages and programs of this machine.');
    const visit = { request, response, url };
    const [, first = '', ...rest] = url.pathname.split('/');
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    switch (`${method} /${first}`) {
      case 'GET /':
        return this.#list(visit);
      case 'GET /message':
        return this.#message(visit, rest);
      case 'POST /delete':
        this.#store.clear();
        return seeOther(response, '/');
      case 'GET /faults':
        return this.#showFaults(visit);
      case 'POST /faults':
        return this.#programFaults(visit, rest);
      case 'GET /events':
        return this.#live.serve(request, response);
      case 'GET /assets':
        return this.#asset(visit, rest.join('/'));
      default:
        return first === 'api' ? this.#api(visit, method, rest) : notFound(response);
    }
  }

  async #list({ response, url }: Visit): Promise<void> {
    const query = (url.searchParams.get('q') ?? '').trim();
    const found = await findMails(this.#store, this.#letters, parseSearch(query));
    const pageCount = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
    const asked = Number.parseInt(url.searchParams.get('page') ?? '1', 10) || 1;
    const pageNumber = Math.min(Math.max(1, asked), pageCount);
    const rows: ListRow[] = [];
    for (const mail of found.slice((pageNumber - 1) * PAGE_SIZE, pageNumber * PAGE_SIZE)) {
      rows.push({ mail, glance: await this.#letters.glance(mail), opened: this.#opened.has(mail) });
    }
    const facts = {
      query,
      rows,
      total: found.length,
      unopened: found.filter((mail) => !this.#opened.has(mail)).length,
      pageNumber,
      pageCount,
      banner: this.#banner,
      now: Date.now(),
    };
    sendPage(response, listPage(facts, this.#around()));
  }

  async #message(visit: Visit, [id = '', part = '', index = '']: readonly string[]): Promise<void> {
    const { response, request, url } = visit;
    const mail = this.#store.get(id);
    if (mail === undefined) return notFound(response);
    if (part === 'raw') return sendFile(response, `${id}.eml`, 'message/rfc822', mail.mime);
    const letter = await this.#letters.letter(mail);
    if (part === 'body') {
      const images = `/message/${id}/part/`;
      return send(response, {
        headers: {
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Security-Policy': mailPolicy(`http://${request.headers.host ?? ''}${images}`),
        },
        body: framedHtml(letter, images),
      });
    }
    if (part === 'part') {
      const attachment = /^\d{1,6}$/u.test(index) ? letter.attachments[Number(index)] : undefined;
      if (attachment === undefined) return notFound(response);
      const { filename, mimeType, content } = attachment;
      if (url.searchParams.has('download') || !isPicture(mimeType)) {
        return sendFile(response, filename, 'application/octet-stream', content);
      }
      return send(response, { headers: { 'Content-Type': mimeType }, body: content });
    }
    if (part !== '') return notFound(response);
    this.#opened.add(mail);
    const query = url.searchParams.get('q') ?? '';
    const found = await findMails(this.#store, this.#letters, parseSearch(query));
    const place = found.indexOf(mail);
    const facts = {
      mail,
      letter,
      query,
      newer: place > 0 ? found[place - 1] : undefined,
      older: place === -1 ? undefined : found[place + 1],
      tab: TABS.find(({ name }) => name === url.searchParams.get('tab'))?.name,
    };
    return sendPage(response, messagePage(facts, this.#around()));
  }

  #showFaults({ response }: Visit, mistake?: FaultMistake): void {
    sendPage(response, faultsPage(this.#faults, this.#around(), mistake), mistake === undefined ? 200 : 422);
  }

  async #programFaults(visit: Visit, [simulator = '', action = '']: readonly string[]): Promise<void> {
    const { request, response } = visit;
    const script = Object.hasOwn(this.#faults, simulator) ? this.#faults[simulator] : undefined;
    if (script === undefined) return notFound(response);
    if (action === 'clear') {
      script.clear();
      return seeOther(response, `/faults#${simulator}`);
    }
    const reading = await readBody(request, FORM_LIMIT);
    if (!reading.ok) return sendText(response, 413, 'This form is too large.');
    try {
      script.program(faultOfForm(new URLSearchParams(reading.body.toString('utf8')), script.kinds()));
    } catch (cause) {
      if (!(cause instanceof UnknownFaultError)) throw cause;
      return this.#showFaults(visit, { simulator, sentence: cause.message });
    }
    return seeOther(response, `/faults#${simulator}`);
  }

  #asset({ response }: Visit, name: string): void {
    const asset = this.#assets.get(name);
    if (asset === undefined) return notFound(response);
    return send(response, { headers: { 'Content-Type': asset.type }, body: asset.body });
  }

  async #api(visit: Visit, method: string, path: readonly string[]): Promise<void> {
    const { request, response, url } = visit;
    const [version, collection, id = '', part] = path;
    if (version !== 'v1') return notFound(response);
    if (collection === 'messages' && method === 'DELETE') {
      this.#store.clear();
      return send(response, { status: 204, body: '' });
    }
    if (method !== 'GET') return sendJson(response, { error: `${method} is not possible here.` }, 405);
    if (collection === 'messages' && id === '') {
      const query = parseMessagesQuery(url.searchParams);
      if (!query.ok) return sendJson(response, { error: query.error }, 400);
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const messages = await messagesJson(this.#store, this.#letters, query, gone.signal);
      if (!request.destroyed || !gone.signal.aborted) sendJson(response, messages);
      return undefined;
    }
    const mail = collection === 'message' ? this.#store.get(id) : undefined;
    if (mail === undefined) return sendJson(response, { error: 'There is no such message.' }, 404);
    if (part === 'raw') return sendFile(response, `${id}.eml`, 'message/rfc822', mail.mime);
    const glance = await this.#letters.glance(mail);
    return sendJson(response, messageJson(mail, await this.#letters.letter(mail), glance));
  }

  #around(): Omit<Surroundings, 'title' | 'query' | 'current'> {
    const waiting = Object.values(this.#faults).flatMap((script) => script.list());
    return {
      counts: countByTransport(this.#store.list()),
      pendingFaults: waiting.reduce((sum, { left }) => sum + left, 0),
    };
  }
}

function notFound(response: ServerResponse): void {
  sendText(response, 404, 'There is nothing here. The inbox is at /.');
}
