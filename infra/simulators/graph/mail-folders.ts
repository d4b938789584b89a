/**
 * Reading: one message, or those of a folder or of the whole mailbox, with the query options that a look-up needs
 * (https://learn.microsoft.com/graph/query-parameters, read 2026-11). Any other option is refused, so that no test
 * trusts an answer to a question that was not understood.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { GRAPH } from './errors.ts';
import type { Reply } from './exchange.ts';
import { normalPropertyId, readFilter } from './filter.ts';
import type { Folder, MailboxItems, Sight } from './items.ts';
import type { Mailbox } from './mailboxes.ts';
import { folderId, messageResource, SELECTABLE, type Selection } from './message-resource.ts';
import type { RoutedRequest } from './route.ts';

/** Messages on a page without `$top`, and the most that `$top` may ask for. */
const PAGE = 10;
const MAX_PAGE = 1000;

const bad = (reason: string): { ok: false; refusal: ReturnType<typeof GRAPH.query> } => ({
  ok: false,
  refusal: GRAPH.query(reason),
});

/** Whether the request asks for ids that survive a move. */
export function wantsImmutableIds(headers: IncomingHttpHeaders): boolean {
  return /(?:^|[,\s])IdType\s*=\s*"?ImmutableId"?/iu.test(String(headers['prefer'] ?? ''));
}

/** `GET …/messages/{id}`, `GET …/messages` and `GET …/mailFolders/{id}/messages`. @param now milliseconds since 1970. */
export function readMail(
  items: MailboxItems,
  mailbox: Mailbox,
  route: RoutedRequest,
  headers: IncomingHttpHeaders,
  now: number,
): Reply {
  const selection = readSelection(route.query, wantsImmutableIds(headers));
  if (!selection.ok) return selection;
  if (route.message !== undefined) {
    const found = items.find(mailbox, route.message, now);
    if (!found.ok) return missing(found.reason);
    return reply({
      '@odata.context': context(mailbox, 'messages/$entity'),
      ...messageResource(found, selection),
    });
  }
  const folder = readFolder(route.folder);
  if (!folder.ok) return missing('not-found');
  const page = readPage(route.query);
  if (!page.ok) return page;
  const found = items.list(mailbox, folder.folder, now).filter(page.matches);
  return reply({
    '@odata.context': context(mailbox, 'messages'),
    value: found.slice(0, page.top).map((sight) => messageResource(sight, selection)),
  });
}

/** The refusal for an id that finds nothing. */
export function missing(reason: 'malformed' | 'not-found'): Reply {
  return { ok: false, refusal: reason === 'malformed' ? GRAPH.idMalformed : GRAPH.itemNotFound };
}

function reply(body: Record<string, unknown>): Reply {
  return { ok: true, status: 200, body };
}

/** The `@odata.context` of an answer. */
export function context(mailbox: Mailbox, what: string): string {
  const user = encodeURIComponent(mailbox.id ?? mailbox.address);
  return `https://graph.microsoft.com/v1.0/$metadata#users('${user}')/${what}`;
}

function readFolder(name: string | undefined): { ok: true; folder?: Folder } | { ok: false } {
  if (name === undefined) return { ok: true };
  const folder = (['drafts', 'sentitems'] as const).find(
    (one) => one === name.toLowerCase() || folderId(one) === name,
  );
  return folder === undefined ? { ok: false } : { ok: true, folder };
}

type SelectionReading = ({ readonly ok: true } & Selection) | Extract<Reply, { ok: false }>;

function readSelection(query: URLSearchParams, immutableIds: boolean): SelectionReading {
  const names = query
    .get('$select')
    ?.split(',')
    .map((name) => name.trim());
  const unknown = names?.find((name) => !SELECTABLE.has(name));
  if (unknown !== undefined) {
    return bad(
      `Parsing OData Select and Expand failed: Could not find a property named '${unknown}' on type 'microsoft.graph.message'.`,
    );
  }
  const expand = query.get('$expand');
  const properties = expand === null ? [] : readExpansion(expand);
  if (properties === undefined)
    return bad(`Parsing OData Select and Expand failed: '${expand}' is not understood.`);
  const select = names === undefined ? undefined : new Set(names);
  return { ok: true, select, properties, immutableIds };
}

/** `singleValueExtendedProperties($filter=id eq '…' or id eq '…')`: without a filter Graph refuses to expand them. */
function readExpansion(text: string): string[] | undefined {
  const filter = /^singleValueExtendedProperties\(\s*\$filter\s*=\s*(.+?)\s*\)$/isu.exec(text)?.[1];
  const ids = filter?.split(/\s+or\s+/u).map((one) => /^id eq '([^']+)'$/iu.exec(one)?.[1]);
  return ids?.every((id) => id !== undefined) ? ids.map(normalPropertyId) : undefined;
}

type PageReading =
  | { readonly ok: true; readonly matches: (sight: Sight) => boolean; readonly top: number }
  | Extract<Reply, { ok: false }>;

function readPage(query: URLSearchParams): PageReading {
  const stray = [...query.keys()].find((name) => !['$filter', '$select', '$top', '$expand'].includes(name));
  if (stray !== undefined) return bad(`The query option '${stray}' is not supported.`);
  const top = query.get('$top') ?? String(PAGE);
  if (!/^\d+$/u.test(top) || Number(top) < 1 || Number(top) > MAX_PAGE)
    return bad(`Invalid value '${top}' for $top.`);
  const filter = query.get('$filter');
  const reading = filter === null ? { ok: true as const, matches: () => true } : readFilter(filter);
  return reading.ok ? { ok: true, matches: reading.matches, top: Number(top) } : bad(reading.reason);
}
