/**
 * Whether a body names templates, and what it is once they are rendered. Only such a body loads what renders them.
 */
import type { Caller } from '../access/authorize.ts';
import type { AccessRegister } from '../access/register.ts';
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
  return await rendered(await register(), request, document, '#');
}

/** The same for a batch. */
export async function readTemplatedBatch(
  register: () => Promise<AccessRegister>,
  request: Request,
): Promise<Result<readonly Translated[] | undefined>> {
  const documents = documentOf(request);
  if (!Array.isArray(documents)) return ok(undefined);
  const plain = documents.map((document: unknown) => ({ document, warnings: [] }));
  const all = await renderedEach(register, request.caller, plain);
  const objections = all.flatMap((one, i) => (one.ok ? [] : [{ at: `#/${i}`, problem: one.problem }]));
  return refusalOfAll(objections) ?? ok(all.flatMap((one) => (one.ok ? one.value : [])));
}

/** Messages of a batch with what their templates say, each on its own; those that name none as they are. */
export async function renderedEach(
  register: () => Promise<AccessRegister>,
  caller: Caller,
  messages: readonly Translated[],
): Promise<readonly Result<Translated>[]> {
  const all: Result<Translated>[] = [];
  for (const [i, { document, warnings }] of messages.entries()) {
    const named = isObject(document) && Object.hasOwn(document, 'template');
    const one = named ? await rendered(await register(), { caller }, document, `#/${i}`) : ok({ document });
    all.push(one.ok ? ok({ ...one.value, warnings }) : one);
  }
  return all;
}

async function rendered(
  register: AccessRegister,
  { caller }: Pick<Request, 'caller'>,
  document: unknown,
  at: string,
): Promise<Result<Translated>> {
  const { renderDocument } = await import('../template/templated.ts');
  const read = await renderDocument(register, caller.submitter.name, document, at);
  return read.ok ? ok({ document: read.value, warnings: [] }) : read;
}

/** The body as JSON where it may name a template; most do not, and are not read twice. */
function documentOf({ header, body }: Request): unknown {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!bytes.includes('"template"')) return undefined;
  const read = readDocument(body, header('content-type'), header('content-encoding'), batchJsonLimits);
  return read.ok ? read.value : undefined;
}
