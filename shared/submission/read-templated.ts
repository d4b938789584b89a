/**
 * Whether a body names templates, and what it is once they are rendered. Only such a body loads what renders them.
 */
import type { AccessRegister } from '../access/register.ts';
import { LongText } from '../message/long-text.ts';
import { ok, type Result } from '../platform/problem.ts';
import { isObject } from './canonical.ts';
import { refusalOfAll } from './faults.ts';
import { readDocument, batchJsonLimits } from './parse.ts';
import type { SubmitRequest } from './submit.ts';
import type { Translated } from './translated.ts';

/** A request that may name templates. */
type Request = Pick<SubmitRequest, 'caller' | 'header' | 'body'>;

/**
 * Renders what a submission names.
 *
 * @returns undefined when it names no template, or cannot be read at all, which is for the usual reading to say.
 */
export async function readTemplated(
  register: () => Promise<AccessRegister>,
  request: Request,
): Promise<Result<Translated | undefined>> {
  const document = documentOf(request);
  if (document === undefined) return ok(undefined);
  return await rendered(await register(), request, { document, warnings: [] }, '#');
}

/** The same for a batch. */
export async function readTemplatedBatch(
  register: () => Promise<AccessRegister>,
  request: Request,
): Promise<Result<readonly Translated[] | undefined>> {
  const documents = documentOf(request);
  if (!Array.isArray(documents)) return ok(undefined);
  const messages = documents.map((document: unknown) => ({ document, warnings: [] }));
  return await renderTranslatedBatch(register, request, messages);
}

/** Renders what a dialect's message names. @param at pointer to the message, for faults. */
export async function renderTranslated(
  register: () => Promise<AccessRegister>,
  request: Pick<Request, 'caller'>,
  translated: Translated,
  at = '#',
): Promise<Result<Translated>> {
  if (!isObject(translated.document) || !Object.hasOwn(translated.document, 'template'))
    return ok(translated);
  return await rendered(await register(), request, translated, at);
}

/** The same for messages that are accepted together: what is wrong with any is refused with what is wrong with the others. */
export async function renderTranslatedBatch(
  register: () => Promise<AccessRegister>,
  request: Pick<Request, 'caller'>,
  translated: readonly Translated[],
): Promise<Result<readonly Translated[]>> {
  const all = await renderEach(register, request, translated.map(ok));
  const objections = all.flatMap((one, i) => (one.ok ? [] : [{ at: `#/${i}`, problem: one.problem }]));
  return refusalOfAll(objections) ?? ok(all.flatMap((one) => (one.ok ? one.value : [])));
}

/** The same for messages of which each is accepted or refused on its own. */
export async function renderEach(
  register: () => Promise<AccessRegister>,
  request: Pick<Request, 'caller'>,
  messages: readonly Result<Translated>[],
): Promise<readonly Result<Translated>[]> {
  const all: Result<Translated>[] = [];
  for (const [i, message] of messages.entries()) {
    all.push(message.ok ? await renderTranslated(register, request, message.value, `#/${i}`) : message);
  }
  return all;
}

async function rendered(
  register: AccessRegister,
  { caller }: Pick<Request, 'caller'>,
  { document, ...beside }: Omit<Translated, 'kept'>,
  at: string,
): Promise<Result<Translated>> {
  const { renderDocument } = await import('../template/templated.ts');
  const read = await renderDocument(register, caller.submitter.name, withPlainWish(document), at);
  return read.ok ? ok({ ...beside, document: read.value }) : read;
}

/** Long texts among the variables as strings, which is all that a template knows. JSON that was read is nowhere deep. */
function withPlainWish(document: unknown): unknown {
  if (!isObject(document) || !Object.hasOwn(document, 'template')) return document;
  return { ...document, template: plain(document['template']) };
}

function plain(value: unknown): unknown {
  if (value instanceof LongText) return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

/** The body as JSON where it may name a template; most do not, and are not read twice. */
function documentOf({ header, body }: Request): unknown {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!bytes.includes('"template"')) return undefined;
  const read = readDocument(body, header('content-type'), batchJsonLimits);
  return read.ok ? read.value : undefined;
}
