/**
 * Amazon SES, API version 2: `POST /v2/email/outbound-bulk-emails`, one template for up to fifty destinations.
 * Source: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendBulkEmail.html
 */
import { refuse, type Result } from '../platform/problem.ts';
import { Foreign, isObject, listOf, textOf } from './foreign.ts';
import { readDestination, readTags, readTemplated, readWhole } from './ses.ts';
import { jsonVariables } from './template-wish.ts';
import { Notes, type Translation } from './translation.ts';

/** Most entries of a request. */
const entryLimit = 50;

/**
 * Reads the JSON of a request. Never throws.
 *
 * @returns a message, or its refusal, for each entry; `invalid-submission` when the request as a whole says nothing.
 */
export async function readSesBulk(given: unknown): Promise<Result<readonly Result<Translation>[]>> {
  const entries = listOf(new Foreign(given, new Notes()).get('BulkEmailEntries'));
  if (entries.length === 0 || entries.length > entryLimit) {
    return refuse('invalid-submission', `Give 1 to ${entryLimit} entries in "BulkEmailEntries".`);
  }
  return { ok: true, value: await Promise.all(entries.map((one, i) => readEntry(given, one, i))) };
}

async function readEntry(given: unknown, entry: unknown, i: number): Promise<Result<Translation>> {
  const notes = new Notes();
  const request = new Foreign(given, notes);
  request.get('BulkEmailEntries');
  const at = `BulkEmailEntries.${i}`;
  const own = new Foreign(entry, notes, at);
  const content = request.inside('DefaultContent');
  const template = content.inside('Template');
  const replacement = own.inside('ReplacementEmailContent').inside('ReplacementTemplate');
  const data = textOf(replacement.get('ReplacementTemplateData'));
  const variables = data === undefined ? {} : jsonVariables(data);
  if (variables === undefined) {
    notes.fault(`${at}.ReplacementEmailContent`, 'Give a JSON object of names and values as data.');
  }
  const whole = {
    ...(await readWhole(request, notes)),
    ...(await readDestination(own.inside('Destination'))),
    tags: tagsOf(request.get('DefaultEmailTags'), own.get('ReplacementTags')),
  };
  const read = readTemplated(template, whole, notes, 'DefaultContent.Template', {
    headers: own.get('ReplacementHeaders'),
    ...(variables ? { variables } : {}),
  });
  replacement.rest();
  own.rest();
  content.rest();
  request.rest();
  return notes.conclude({
    document: read.document,
    warnings: notes.warnings,
    spelled: {
      ...read.spelled,
      to: `${at}.Destination.ToAddresses`,
      cc: `${at}.Destination.CcAddresses`,
      bcc: `${at}.Destination.BccAddresses`,
    },
  });
}

/** The tags of an entry, and those of all that it does not have itself. */
function tagsOf(all: unknown, own: unknown): readonly unknown[] | undefined {
  const replaced = readTags(own) ?? [];
  const names = new Set(replaced.map((tag) => (isObject(tag) ? tag['name'] : undefined)));
  const kept = (readTags(all) ?? []).filter((tag) => !isObject(tag) || !names.has(tag['name']));
  return kept.length + replaced.length === 0 ? undefined : [...kept, ...replaced];
}
