/**
 * The reading of everything that no adapter knows: any JSON, form, text, XML, query or file becomes a mail worth reading.
 *
 * It goes by the habits of senders, not by their names: a body is flattened to named values (generic/leaves.ts), and each part of an
 * alert is looked for among them by name, place and kind of value. What is not sure is not claimed: it stays a fact in the table.
 */
import type { Alert, AlertFile, AlertGroup, HookRequest } from './alert.ts';
import { splitElements, type Elements } from './generic/elements.ts';
import { findEmbeddedFiles } from './generic/embedded-files.ts';
import { makeFacts } from './generic/facts.ts';
import {
  readDeliveryKey,
  readEventHeader,
  readHeaderFields,
  type HeaderFields,
} from './generic/header-fields.ts';
import { findThreadKey } from './generic/identity.ts';
import { flatten, type Leaf, type Leaves } from './generic/leaves.ts';
import { findLinks } from './generic/links.ts';
import { judge } from './generic/judge.ts';
import { readTextBody } from './generic/text-body.ts';
import { findTimes } from './generic/times.ts';
import { findTitle, type TitleFound } from './generic/title.ts';
import { firstLine, oneLine, shorten } from './generic/value.ts';

/** What one alert is read from. */
interface Material {
  readonly leaves: readonly Leaf[];
  /** Fields that are shown elsewhere, and only help. */
  readonly hints: readonly Leaf[];
  /** The body where it is text: shown whole, whatever is made of it. */
  readonly text?: string;
  readonly cut: Leaves['cut'];
  readonly full: boolean;
}

/** An alert, and how sure its parts are. */
interface Read {
  readonly alert: Alert;
  readonly stated: boolean;
  readonly found: boolean;
  readonly notes: readonly string[];
}

/**
 * Reads any request as an alert, or as several when its body is a list of them. Never throws; what it costs is bounded by the number
 * of values it looks at (generic/leaves.ts), beside one pass over strings that hold JSON.
 */
export function readGeneric(request: HookRequest): AlertGroup {
  const headers = readHeaderFields(request.header);
  const embedded = findEmbeddedFiles(request.value);
  const files = [...request.files, ...embedded.files];
  const elements = splitElements(request.value);
  const reads = elements
    ? readElements(elements, embedded.holders, request.query)
    : [readOne(materialOf(request, embedded.holders), headers, describeRequest(request, files))];
  const title = elements ? findTitle(flatten(elements.shared).leaves) : undefined;
  const deliveryKey = readDeliveryKey(request.header);
  const notes = [
    ...reads.flatMap((read) => read.notes).slice(0, 20),
    ...(elements && elements.missing > 0
      ? [`The body holds ${elements.missing} more alerts, which are not shown here.`]
      : []),
  ];
  return {
    kind: 'alerts',
    alerts: reads.map((read) => read.alert),
    ...(title?.headed === true ? { title: title.title } : {}),
    ...(notes.length > 0 ? { notes } : {}),
    ...(deliveryKey === undefined ? {} : { deliveryKey }),
    ...(files.length > 0 ? { files } : {}),
  };
}

function materialOf(request: HookRequest, except: ReadonlySet<object>): Material {
  const query = flatten({ ...queryFields(request.query), ...readEventHeader(request.header) });
  if (typeof request.value === 'object' && request.value !== null) {
    const body = flatten(request.value, except);
    return { leaves: [...body.leaves, ...query.leaves], hints: [], cut: body.cut, full: body.full };
  }
  const body = readTextBody(scalarText(request.value) ?? request.text, request.mediaType === 'text/html');
  const leaves = [...body.leaves, ...query.leaves];
  return { leaves, hints: body.hints, text: body.text, cut: query.cut, full: false };
}

/** A lone JSON value as text; undefined when the body is no such value. */
function scalarText(value: unknown): string | undefined {
  if (value === null) return '';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function queryFields(query: URLSearchParams): object {
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of query) fields[name] = value;
  return fields;
}

function readElements(
  { elements, shared }: Elements,
  except: ReadonlySet<object>,
  query: URLSearchParams,
): readonly Read[] {
  const rest = flatten(shared, except);
  const common = readOne(
    { ...rest, leaves: [...rest.leaves, ...flatten(queryFields(query)).leaves], hints: [] },
    {},
    'Alert',
  );
  return elements.map((element, i) => {
    const own = readOne({ ...flatten(element, except), hints: [] }, {}, common.alert.title);
    const { alert } = own;
    const state = !own.stated && common.stated ? common.alert.state : alert.state;
    const severity = alert.severity === 'unknown' ? common.alert.severity : alert.severity;
    return {
      ...own,
      alert: {
        ...alert,
        state,
        severity: state === 'resolved' ? 'ok' : severity,
        links: alert.links.length > 0 ? alert.links : common.alert.links,
        // Said once, not with each.
        facts: i === 0 ? [...alert.facts, ...common.alert.facts] : alert.facts,
      },
    };
  });
}

function readOne(material: Material, headers: HeaderFields, fallback: string): Read {
  const { leaves } = material;
  const all = material.hints.length > 0 ? [...material.hints, ...leaves] : leaves;
  const title = withHeaders(withText(findTitle(all), material.text), headers, leaves);
  const { state, severity, stated } = judge(all, title, headers);
  const { facts, missing, placeholders } = makeFacts(leaves, title.shown);
  const threadKey = findThreadKey(all);
  const links = findLinks(all, [title.summary ?? '', ...title.said, ...title.raw].join('\n'));
  const pressed = [
    ...(headers.click === undefined ? [] : [{ label: 'Open', url: headers.click }]),
    ...(headers.attach === undefined ? [] : [{ label: 'Attachment', url: headers.attach }]),
  ].filter((link) => /^https?:\/\//i.test(link.url));
  const alert: Alert = {
    source: 'generic',
    title: shorten(oneLine(title.title) || firstLine(material.text ?? '') || fallback, 150),
    severity,
    state,
    ...(title.summary === undefined ? {} : { summary: title.summary }),
    facts: headers.tags === undefined ? facts : [{ name: 'tags', value: headers.tags }, ...facts],
    links: [...pressed, ...links],
    ...findTimes(all),
    ...(threadKey === undefined ? {} : { threadKey }),
  };
  const notes = [
    ...material.cut.map(
      (cut) => `${cut.missing} more under "${cut.name === '' ? 'list' : cut.name}" are not shown here.`,
    ),
    ...(missing > 0 || material.full ? ['The body holds more values than are shown here.'] : []),
    ...(placeholders.length > 0
      ? [`The sender left placeholders unfilled: ${placeholders.slice(0, 10).join(', ')}.`]
      : []),
  ];
  return { alert, stated, found: title.found, notes };
}

function withText(title: TitleFound, text: string | undefined): TitleFound {
  return text === undefined || text === '' || title.title.includes(text)
    ? title
    : { ...title, summary: text };
}

/** A title in a header is meant as one; what the body says is then the text. */
function withHeaders(title: TitleFound, headers: HeaderFields, leaves: readonly Leaf[]): TitleFound {
  if (headers.title === undefined && headers.message === undefined) return title;
  const summary =
    headers.message ??
    title.summary ??
    (title.found ? leaves.find((leaf) => title.shown.includes(leaf))?.text : undefined);
  const line = headers.title ?? headers.message ?? title.title;
  return {
    ...title,
    title: line,
    said: [line, ...title.said],
    ...(summary === undefined || summary === line ? {} : { summary }),
  };
}

/** What to call a request that says nothing. */
function describeRequest(request: HookRequest, files: readonly AlertFile[]): string {
  const [file] = files;
  if (file) return files.length === 1 ? file.filename : `${file.filename} and ${files.length - 1} more`;
  const product = /^[\w .-]{2,40}/.exec(request.header('user-agent') ?? '')?.[0].trim();
  const known =
    product !== undefined &&
    !/^(?:curl|wget|mozilla|python|axios|go-http|node|okhttp|java|postman|ruby|php|guzzle)/i.test(product);
  return known ? `Call from ${product}` : 'Call without content';
}
