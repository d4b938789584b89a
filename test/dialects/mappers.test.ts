/**
 * Every mapper against whatever may come: any JSON in, a translation or a refusal out, never a throw; and whatever a translation says,
 * the schema can judge it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPostmark } from '../../shared/dialects/postmark.ts';
import { readSendGrid } from '../../shared/dialects/sendgrid.ts';
import type { Translation } from '../../shared/dialects/translation.ts';
import { warningsHeader, warningSentences } from '../../shared/message/warning.ts';
import type { Result } from '../../shared/platform/problem.ts';
import { parseDocument } from '../../shared/submission/parse.ts';

const listed = (text: string): readonly string[] => text.trim().split(/\s+/);

const words = {
  sendgrid:
    listed(`personalizations to from email name subject content type value headers text/plain text/html attachments
    filename substitutions send_at mail_settings sandbox_mode enable custom_args categories reply_to reply_to_list asm`),
  postmark:
    listed(`From To Cc Bcc ReplyTo Subject TextBody HtmlBody Headers Name Value Attachments Content ContentType ContentID
    Tag Metadata TrackOpens MessageStream`),
};

const mappers: Readonly<Record<keyof typeof words, (document: unknown) => Result<readonly Translation[]>>> = {
  sendgrid(document) {
    const read = readSendGrid(document);
    return read.ok ? { ok: true, value: read.value.messages } : read;
  },
  postmark(document) {
    const read = readPostmark(document);
    return read.ok ? { ok: true, value: [read.value] } : read;
  },
};

/** JSON whose keys are often those that the mapper looks for, and sometimes those that hurt. */
const json = (keys: readonly string[]) =>
  fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(
        null,
        true,
        false,
        0,
        1,
        -1,
        1e300,
        '',
        'a@example.com',
        'Ann <a@example.com>',
        ...keys,
      ),
      fc.string({ unit: 'binary' }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...keys, '__proto__', 'constructor', 'toString', 'X-A'), tie('value'), {
        maxKeys: 6,
      }),
    ),
  })).value;

for (const name of Object.keys(mappers) as (keyof typeof words)[]) {
  test(`${name}: any JSON is translated or refused`, () => {
    fc.assert(
      fc.property(json(words[name]), (document) => {
        const read = mappers[name](document);
        if (!read.ok) {
          assert.ok(read.problem.detail.length > 0);
          return;
        }
        for (const { document: made, warnings } of read.value) {
          parseDocument(made);
          assert.match(warningsHeader(warnings) ?? '', /^[\x20-\x7e]*$/);
          assert.ok(warningSentences(warnings).every((sentence) => /^[\x20-\x7e…]*$/.test(sentence)));
        }
      }),
      { numRuns: 500 },
    );
  });
}
