/**
 * The reading of everything that no adapter knows: any JSON, form, text, XML, query or file becomes a mail worth reading.
 *
 * It goes by the habits of senders, not by their names: a body is flattened to named values (generic/leaves.ts), and each part of an
 * alert is looked for among them by name, place and kind of value. What is not sure is not claimed: it stays a fact in the table.
 */
import type { Alert, AlertFile, AlertGroup, AlertState, HookRequest, Severity } from './alert.ts';
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
import { findSeverity, severityOfTags, worse } from './generic/severity.ts';
import {
  findState,
  isAlertish,
  stateInText,
  severityInTitle,
  stateInTitle,
  type StateFound,
} from './generic/state.ts';
import { readTextBody } from './generic/text-body.ts';
import { findTimes } from './generic/times.ts';
import { findTitle, type TitleFound } from './generic/title.ts';

/** What one alert is read from. */
interface Material {
  readonly leaves: readonly Leaf[];
  /** Fields that are shown elsewhere, and only help. */
  readonly hints: readonly Leaf[];
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
  const text = request.value == null ? request.text : String(request.value);
  const body = readTextBody(text, request.mediaType === 'text/html');
  return { leaves: [...body.leaves, ...query.leaves], hints: body.hints, cut: query.cut, full: false };
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
    '',
  );
  return elements.map((element, i) => {
    const own = readOne({ ...flatten(element, except), hints: [] }, {}, common.alert.title);
    const { alert } = own;
    const state = own.stated ? alert.state : common.stated ? common.alert.state : alert.state;
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
  const all = material.hints.length > 0 ? [...leaves, ...material.hints] : leaves;
  const title = withHeaders(findTitle(all), headers, leaves);
  const { state, severity, stated } = judge(all, title, headers);
  const { facts, missing, placeholders } = makeFacts(leaves, title.shown);
  const threadKey = findThreadKey(all);
  const links = findLinks(all, title.summary ?? title.said.join(' '));
  const pressed = [
    ...(headers.click === undefined ? [] : [{ label: 'Open', url: headers.click }]),
    ...(headers.attach === undefined ? [] : [{ label: 'Attachment', url: headers.attach }]),
  ].filter((link) => /^https?:\/\//i.test(link.url));
  const alert: Alert = {
    source: 'generic',
    title: title.title === '' ? fallback : title.title,
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

/** State and severity, which explain each other. */
function judge(
  leaves: readonly Leaf[],
  title: TitleFound,
  headers: HeaderFields,
): { readonly state: AlertState; readonly severity: Severity; readonly stated: boolean } {
  const alertish = isAlertish(leaves);
  const state = stateOf(leaves, title, alertish);
  const field = findSeverity(leaves);
  const found = headers.severity ?? severityOfTags(headers.tags ?? '') ?? field?.severity ?? 'unknown';
  if (state) {
    if (state.state === 'resolved') return { state: 'resolved', severity: 'ok', stated: true };
    return { state: state.state, severity: weigh(state, found, field?.faint ?? false, title), stated: true };
  }
  const bad = found === 'critical' || found === 'error' || found === 'warning';
  if (bad && headers.severity === undefined && field?.faint !== true)
    return { state: 'firing', severity: found, stated: true };
  if (found === 'ok' && alertish) return { state: 'resolved', severity: 'ok', stated: true };
  if (found === 'ok' || found === 'info') return { state: 'info', severity: found, stated: false };
  if (found === 'unknown' && !alertish) return { state: 'info', severity: 'info', stated: false };
  return {
    state: alertish || (bad && headers.severity === undefined && field?.colour === true) ? 'firing' : 'info',
    severity: found,
    stated: false,
  };
}

/** A word that names the severity counts; where there is none, or but a colour or a priority, the state may say worse. */
function weigh(state: StateFound, found: Severity, faint: boolean, title: TitleFound): Severity {
  if (state.state !== 'firing')
    return found === 'unknown' ? (state.severity === 'unknown' ? 'info' : state.severity) : found;
  const plain = found !== 'unknown' && found !== 'ok' && !faint;
  const severity = plain ? found : worse(found, state.severity);
  return severity === 'unknown' ? severityInTitle(title.said[0] ?? title.title) : severity;
}

/** The state where anything tells it: fields first, then the words of the title, then those of the text. */
function stateOf(leaves: readonly Leaf[], title: TitleFound, alertish: boolean): StateFound | undefined {
  const field = findState(leaves, alertish);
  const inTitle = stateInTitle(title.said[0] ?? title.title);
  if (inTitle.state === 'test' && inTitle.weight > 0 && (field.weight < 60 || field.severity === 'info'))
    return inTitle;
  // "info" in a field says little beside "is down" in the title.
  if (field.weight >= 40 && !(field.state === 'info' && inTitle.state === 'firing')) return field;
  if (inTitle.weight > 0) return inTitle;
  const inText = stateInText(`${title.said.join('\n')}\n${title.summary ?? ''}`.slice(0, 2000));
  if (inText.weight > 0) return inText;
  return field.weight > 0 ? field : undefined;
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
