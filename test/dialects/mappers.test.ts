/**
 * Every mapper against whatever may come: any JSON in, a translation or a refusal out, never a throw; and whatever a translation says,
 * the schema can judge it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { acsRefusal, readAcs } from '../../shared/dialects/acs.ts';
import { readForm } from '../../shared/dialects/form.ts';
import { graphRefusal, readGraph } from '../../shared/dialects/graph.ts';
import { mailgunRefusal, readMailgun, readMailgunMime } from '../../shared/dialects/mailgun.ts';
import { readMime } from '../../shared/dialects/mime.ts';
import { postmarkRefusal, readPostmark } from '../../shared/dialects/postmark.ts';
import { readSendGrid, sendGridRefusal } from '../../shared/dialects/sendgrid.ts';
import { readSes } from '../../shared/dialects/ses.ts';
import { readSesBulk } from '../../shared/dialects/ses-bulk.ts';
import { sesEntryRefused, sesRefusal } from '../../shared/dialects/ses-refusal.ts';
import { foreignFaults, type Translation } from '../../shared/dialects/translation.ts';
import { warningsHeader, warningSentences } from '../../shared/message/warning.ts';
import { ok, type Problem, type Result } from '../../shared/platform/problem.ts';
import { parseDocument } from '../../shared/submission/parse.ts';

const listed = (text: string): readonly string[] => text.trim().split(/\s+/);

const words = {
  sendgrid:
    listed(`personalizations to from email name subject content type value headers text/plain text/html attachments
    filename substitutions sections template_id dynamic_template_data disposition content_id send_at mail_settings sandbox_mode enable custom_args categories reply_to reply_to_list asm`),
  postmark:
    listed(`From To Cc Bcc ReplyTo Subject TextBody HtmlBody Headers Name Value Attachments Content ContentType ContentID
    Tag Metadata TrackOpens MessageStream TemplateAlias TemplateId TemplateModel`),
  acs: listed(`senderAddress content subject plainText html recipients to cc bcc address displayName replyTo headers attachments name
    contentType contentInBase64 contentId`),
  graph:
    listed(`message Message subject body contentType content HTML toRecipients emailAddress address name from sender importance
    internetMessageHeaders value attachments @odata.type contentBytes isInline contentId saveToSentItems categories`),
  ses: listed(`FromEmailAddress Destination ToAddresses ReplyToAddresses Content Simple Raw Data Subject Body Text Html Headers Name
    Value Attachments RawContent FileName ContentDisposition ContentId EmailTags Template TemplateName TemplateData TemplateContent {{a}}`),
};

const bulkWords =
  listed(`FromEmailAddress DefaultContent Template TemplateName TemplateData TemplateArn Headers Attachments BulkEmailEntries
  TemplateContent Subject Text Destination ToAddresses ReplacementEmailContent ReplacementTemplate ReplacementTemplateData ReplacementTags DefaultEmailTags Name Value {}`);

type Mapper = (document: unknown) => Result<readonly Translation[]> | Promise<Result<readonly Translation[]>>;

const one = (read: Result<Translation>): Result<readonly Translation[]> =>
  read.ok ? ok([read.value]) : read;

const mappers: Readonly<Record<keyof typeof words, Mapper>> = {
  acs: (document) => one(readAcs(document)),
  graph: (document) => one(readGraph(document, 'a@example.com')),
  ses: async (document) => one(await readSes(document)),
  postmark: (document) => one(readPostmark(document)),
  sendgrid(document) {
    const read = readSendGrid(document);
    return read.ok ? ok(read.value.messages) : read;
  },
};

/** Objects that code stumbles over: no text comes of one, another has what arrays have. */
const hostile = [
  { toString: 1, valueOf: 1 },
  { length: 1e9 },
  JSON.parse('{"__proto__":{"a":1}}') as unknown,
];

/** An object whose keys are often those that the mapper looks for, and sometimes those that hurt. */
const json = (keys: readonly string[]) => {
  const key = fc.constantFrom(...keys, ...keys, '__proto__', 'constructor', 'toString', 'X-A');
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      fc.constantFrom<unknown>(
        null,
        true,
        0,
        -1,
        1e300,
        '',
        'a@example.com',
        'Ann <a@example.com>',
        ...keys,
        ...hostile,
      ),
      fc.string({ unit: 'binary' }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 8 }),
      fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 8 }),
    ),
  }));
  return fc.dictionary(key, value, { minKeys: 3, maxKeys: 15 });
};

/** What holds of every reading, whatever was read. */
function judge(read: Result<readonly Translation[]>): void {
  if (!read.ok) {
    assert.ok(read.problem.detail.length > 0);
    for (const say of refusals) JSON.stringify(say(read.problem).body);
    return;
  }
  for (const { document: made, warnings, spelled, kept } of read.value) {
    assert.match(`${kept?.body.contentType ?? ''}${kept?.body.disposition ?? ''}`, /^[\x20-\x7e]*$/);
    const lines = Buffer.from(kept?.bytes ?? [])
      .toString('latin1')
      .split('\r\n');
    assert.ok(lines.every((line) => line.length <= 998 && !/[\r\n]/.test(line)));
    const parsed = parseDocument(made);
    if (!parsed.ok) foreignFaults(parsed.problem, spelled);
    assert.match(warningsHeader(warnings) ?? '', /^[\x20-\x7e]*$/);
    assert.ok(warningSentences(warnings).every((sentence) => /^[^\r\n]*$/.test(sentence)));
  }
}

const refusals = [
  acsRefusal,
  mailgunRefusal,
  postmarkRefusal,
  sendGridRefusal,
  (problem: Problem) => sesRefusal(problem, 'id'),
  (problem: Problem) => ({ body: sesEntryRefused(problem) }),
  (problem: Problem) => graphRefusal(problem, 'id', new Date(0)),
];

for (const name of Object.keys(mappers) as (keyof typeof words)[]) {
  test(`${name}: any JSON is translated or refused`, async () => {
    await fc.assert(
      fc.asyncProperty(json(words[name]), async (document) => {
        judge(await mappers[name](document));
      }),
      { numRuns: 1500 },
    );
  });
}

test('ses: any bulk request is translated or refused, each entry on its own', async () => {
  await fc.assert(
    fc.asyncProperty(json(bulkWords), async (document) => {
      const read = await readSesBulk(document);
      if (!read.ok) judge(read);
      else for (const entry of read.value) judge(one(entry));
    }),
    { numRuns: 1500 },
  );
});

const formFields =
  listed(`from to cc bcc subject text html h:X-A h:Reply-To v:a o:tag o:testmode o:deliverytime
  recipient-variables template t:variables h:X-Mailgun-Variables message __proto__ constructor`);

test('mailgun: any form is translated or refused', async () => {
  const form = fc.record({
    fields: fc
      .dictionary(
        fc.constantFrom(...formFields),
        fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.json())),
      )
      .map((fields) => new Map(Object.entries(fields))),
    files: fc.array(
      fc.record({
        field: fc.constantFrom('attachment', 'inline', 'message', 'other'),
        filename: fc.string({ unit: 'binary' }),
        contentType: fc.string(),
        bytes: fc.uint8Array(),
      }),
      { maxLength: 3 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(form, async (given) => {
      for (const read of [readMailgun(given), await readMailgunMime(given)]) {
        judge(read.ok ? ok(read.value.messages) : read);
      }
    }),
    { numRuns: 300 },
  );
});

test('a form of any bytes is read or refused', async () => {
  const parts = fc.array(
    fc.constantFrom(
      '--x',
      '--x--',
      '\r\n',
      '\r\n\r\n',
      'Content-Disposition: form-data; name="',
      'a"',
      'filename="',
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), parts, async (bytes, text) => {
      const type = 'multipart/form-data; boundary=x';
      assert.ok('ok' in (await readForm(bytes, type)));
      assert.ok('ok' in (await readForm(Buffer.from(text.join('')), type)));
      assert.ok('ok' in (await readForm(bytes, 'application/x-www-form-urlencoded')));
      assert.ok('ok' in (await readForm(bytes, `multipart/form-data; boundary=${text.join('')}`)));
    }),
    { numRuns: 200 },
  );
});

test('any bytes are a message or refused, and no field of one breaks out of its line', async () => {
  const fields = fc.array(
    fc.tuple(
      fc.constantFrom(
        'From',
        'To',
        'Bcc',
        'Subject',
        'Content-Type',
        'X-A',
        'References',
        'Importance',
        'Sender',
      ),
      fc.oneof(
        fc.constantFrom(
          'a@example.com',
          '"a" <a@example.com>',
          'multipart/mixed; boundary=x',
          'multipart/signed; boundary=x',
          'multipart/report;\r\n boundary=x',
          'application/pkcs7-mime; name=\u00fc',
          '=?utf-8?q?=0D=0Aa?=',
        ),
        fc.string({ unit: 'binary' }),
      ),
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fields,
      fc.uint8Array(),
      fc.array(fc.string(), { maxLength: 2 }),
      async (head, body, envelope) => {
        const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join('');
        const bytes = Buffer.concat([Buffer.from(`From: a@example.com\r\n${lines}\r\n`), body]);
        judge(one(await readMime(bytes, envelope.length > 0 ? { recipients: envelope } : {})));
        judge(one(await readMime(body)));
      },
    ),
    { numRuns: 300 },
  );
});
