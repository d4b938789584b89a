/**
 * Requests as some ninety tools make them, of our own making: what `postrider trigger` posts, and what the pages in docs/senders/ show.
 *
 * A sample is a file in samples/. Times and ids in it are placeholders, since a bridge takes the same request twice for a repetition.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, 'samples');

/** A file of samples/. */
interface SampleFile {
  /** The tool's own name. */
  readonly label: string;
  /** `POST` when absent. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Query: the same for both states, or one for each. */
  readonly query?: string | Readonly<Record<SampleState, string>>;
  /** Path on the bridge in place of the hook's own, with `{hook}` for its name: that of the protocol which the tool speaks. */
  readonly place?: string;
  /** Bodies: text, or what becomes JSON. */
  readonly firing: unknown;
  readonly resolved?: unknown;
}

export type SampleState = 'firing' | 'resolved';

/** A request, ready to be sent. */
export interface SampleRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: string;
  readonly place?: string;
  readonly body: string;
}

/** What is put in for the placeholders. */
export interface Occasion {
  readonly now: Date;
  /** A UUID of this request's own. */
  readonly uuid: string;
}

/** Names of all tools, in their alphabetical order. */
export const sampleNames: readonly string[] = readdirSync(folder)
  .map((name) => path.basename(name, '.json'))
  .sort();

/** What a sample is of, and whether it can be resolved. */
export function describeSample(name: string): { readonly label: string; readonly resolvable: boolean } {
  const { label, resolved } = readSample(name);
  return { label, resolvable: resolved !== undefined };
}

/** The request. @returns undefined when the tool does not say that anything is over. */
export function sampleRequest(
  name: string,
  state: SampleState,
  occasion: Occasion,
): SampleRequest | undefined {
  const { method = 'POST', headers = {}, query = '', place, [state]: body } = readSample(name);
  if (body === undefined) return undefined;
  const put = (text: string) => fill(text, occasion);
  return {
    method,
    headers: {
      ...(typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
      ...Object.fromEntries(Object.entries(headers).map(([field, value]) => [field, put(value)])),
    },
    query: put(typeof query === 'string' ? query : query[state]),
    ...(place === undefined ? {} : { place }),
    body: put(typeof body === 'string' ? body : JSON.stringify(body)),
  };
}

const readSample = (name: string): SampleFile =>
  JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as SampleFile;

function fill(text: string, { now, uuid }: Occasion): string {
  const iso = now.toISOString();
  const values: Readonly<Record<string, string>> = {
    now: iso,
    earlier: new Date(now.getTime() - 600_000).toISOString(),
    iso: iso.slice(0, 19),
    plain: iso.slice(0, 19).replace('T', ' '),
    date: iso.slice(0, 10).replaceAll('-', '.'),
    clock: iso.slice(11, 19),
    uuid,
    id: uuid.slice(0, 8),
  };
  // Numbers stand in quotes in the file, so that it is JSON, and without them in the body.
  const seconds = String(Math.floor(now.getTime() / 1000));
  return text
    .replaceAll('"{{unix}}"', seconds)
    .replaceAll('"{{ms}}"', String(now.getTime()))
    .replaceAll('{{unix}}', seconds)
    .replaceAll(/\{\{([a-z]+)\}\}/g, (whole, name: string) => values[name] ?? whole);
}
