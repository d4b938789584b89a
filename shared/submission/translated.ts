/**
 * Messages that came in somebody else's words: a dialect has made documents of them, which are read like any other.
 */
import type { KeptBody } from '../message/kept-body.ts';
import { warningSentences, type Warning } from '../message/warning.ts';
import { batchLimit } from '../platform/id.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { parseDocument, parseDocuments, type Submission } from './parse.ts';

/** One message. */
export interface Translated {
  /** The JSON of `POST /emails`; strings may be `LongText`. */
  readonly document: unknown;
  readonly warnings: readonly Warning[];
  /** Batch that it belongs to, where its sender may take several messages back together. */
  readonly batch?: string | undefined;
  /** The body of a message in MIME, where it must stay as it is. */
  readonly kept?: Kept | undefined;
}

/** A body, and its bytes. */
export interface Kept {
  readonly body: KeptBody;
  readonly bytes: Uint8Array;
}

type Header = (name: string) => string | undefined;

/** Reads one. @returns the submission, `not-honoured` when the caller wants nothing left out, or `invalid-submission`. */
export function readTranslated(translated: Translated, header: Header): Result<Submission> {
  const { document, warnings } = translated;
  const strict = refuseWarnings(warnings, header);
  if (strict) return strict;
  const parsed = parseDocument(document);
  if (!parsed.ok) return parsed;
  return ok(complete(parsed.value, translated));
}

/** Reads 1 to 100 that are to be accepted together; pointers begin with the index. @returns as `readTranslated`. */
export function readAllTranslated(
  translated: readonly Translated[],
  header: Header,
): Result<readonly Submission[]> {
  if (translated.length === 0 || translated.length > batchLimit) {
    return refuse('invalid-submission', `Send 1 to ${batchLimit} messages in one request.`);
  }
  const strict = refuseWarnings(
    translated.flatMap(({ warnings }) => warnings),
    header,
  );
  if (strict) return strict;
  const parsed = parseDocuments(translated.map(({ document }) => document));
  if (!parsed.ok) return parsed;
  return ok(
    parsed.value.map((submission, i) => {
      const one = translated[i];
      return one ? complete(submission, one) : submission;
    }),
  );
}

/** What was read, with what stood beside its document. */
const complete = (submission: Submission, { warnings, batch, kept }: Translated): Submission => ({
  ...submission,
  ...(batch === undefined ? {} : { batch }),
  ...(warnings.length === 0 ? {} : { warnings: warningSentences(warnings) }),
  ...(kept ? { kept } : {}),
});

/** `X-Postrider-Strict: true`: the caller would rather be refused than have something left out. */
function refuseWarnings(warnings: readonly Warning[], header: Header): ReturnType<typeof refuse> | undefined {
  const [first] = warnings;
  if (first === undefined || !/^(?:true|1|\?1)$/i.test(header('x-postrider-strict')?.trim() ?? ''))
    return undefined;
  return refuse(
    'not-honoured',
    `This cannot be honoured, and X-Postrider-Strict is set. ${warningSentences([first])[0]}`,
    {
      errors: warnings
        .slice(0, 50)
        .map(({ field, detail }) => ({ pointer: `#/${encodeURIComponent(field)}`, detail })),
    },
  );
}
