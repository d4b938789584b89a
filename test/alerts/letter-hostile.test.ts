/** Whatever comes from outside: one line in the subject, no markup in the page, an end in time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alertStates, severities, type AlertGroup } from '../../shared/alerts/alert.ts';
import { writeLetter } from '../../shared/alerts/letter/letter.ts';
import { htmlLimit } from '../../shared/alerts/letter/room.ts';
import { readLetterHtml } from './letter-markup.ts';
import { group, occasion } from './letter-samples.ts';
import { assertLight } from '../effort.ts';

const fragment = fc.constantFrom(
  '<script>alert(1)</script>',
  '<zz>',
  '</td></tr></table>',
  '-->',
  '<!--',
  '<![endif]-->',
  '<![CDATA[',
  ']]>',
  '</style>',
  '" onclick="x',
  "' onclick='x",
  '&lt;',
  '&',
  '&#0;',
  '\0',
  '\u001b[2J',
  '\r\nBcc: x@y.example\r\n',
  '\n',
  '\u0085',
  '\u2028',
  '\u000b',
  '\ud800',
  '\udc00',
  '\u202e',
  '\u2066',
  '\ufeff',
  '😀',
  '👩‍👩‍👧',
  'e\u0301\u0301',
  '\t',
  '   ',
  'javascript:',
  'https://',
  'cid:x',
  'שלום',
  '[FIRING:2] ',
  '__proto__',
  '${x}',
  '$&',
  '{{x}}',
  '',
);
const outside = fc
  .array(fc.oneof(fragment, fragment, fc.string({ unit: 'binary', maxLength: 40 })), { maxLength: 8 })
  .map((pieces) => pieces.join(''));
const anyDate = fc.date({ noInvalidDate: false });

const anyAlert = fc.record(
  {
    source: outside,
    title: outside,
    severity: fc.constantFrom(...severities),
    state: fc.constantFrom(...alertStates),
    summary: outside,
    facts: fc.array(fc.record({ name: outside, value: outside }), { maxLength: 6 }),
    links: fc.array(fc.record({ label: outside, url: outside }), { maxLength: 4 }),
    startedAt: anyDate,
    endedAt: anyDate,
  },
  { requiredKeys: ['source', 'title', 'severity', 'state', 'facts', 'links'] },
);
const anyFile = fc.record({
  filename: outside,
  contentType: outside,
  bytes: fc.uint8Array({ maxLength: 60 }),
});
const anyGroup = fc.record(
  {
    kind: fc.constant('alerts' as const),
    alerts: fc.array(anyAlert, { maxLength: 14 }),
    title: outside,
    notes: fc.array(outside, { maxLength: 3 }),
    files: fc.array(anyFile, { maxLength: 3 }),
  },
  { requiredKeys: ['kind', 'alerts'] },
);
const anyOptions = fc.record(
  {
    zone: fc.oneof(fc.constantFrom('Europe/Berlin', 'UTC', ''), outside),
    receivedAt: anyDate,
    hook: outside,
    raw: fc.record({ bytes: fc.uint8Array({ maxLength: 200 }), contentType: outside }),
  },
  { requiredKeys: ['zone', 'receivedAt', 'hook'] },
);

test('no input breaks the line of the subject, and none is longer than 150 characters', () => {
  fc.assert(
    fc.property(anyGroup, anyOptions, (alerts, options) => {
      const { subject } = writeLetter(alerts, options);
      assert.match(subject, /^\[(?:FIRING|RESOLVED|ACK|INFO|TEST)\] \S/);
      assert.doesNotMatch(subject, /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      assert.ok(subject.length <= 150, String(subject.length));
    }),
    { numRuns: 500 },
  );
});

test('no markup from outside is markup, and both twins are well-formed text', () => {
  fc.assert(
    fc.property(anyGroup, anyOptions, (alerts, options) => {
      const { html, text } = writeLetter(alerts, options);
      const { hrefs, images } = readLetterHtml(html);
      for (const href of hrefs) assert.match(href, /^(?:https?:\/\/[a-z0-9_[]|mailto:)/i);
      for (const image of images) assert.match(image, /^cid:picture-\d@hook$/);
      for (const part of [html, text]) {
        assert.ok(part.isWellFormed());
        assert.doesNotMatch(
          part,
          // oxlint-disable-next-line no-control-regex
          /[\0-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u,
        );
      }
    }),
    { numRuns: 500 },
  );
});

/** What takes regexes, wrapping, cutting and escaping longest. */
const worst: Readonly<Record<string, string>> = {
  spaces: ' '.repeat(100_000),
  lines: '\n'.repeat(100_000),
  'spaces and lines': ' \n'.repeat(50_000),
  tabs: '\t'.repeat(100_000),
  'tabs and lines': 'a\t\tb\n'.repeat(20_000),
  quotes: '"'.repeat(100_000),
  words: 'a '.repeat(50_000),
  one: 'a'.repeat(100_000),
  marks: `a${'\u0301'.repeat(99_999)}`,
  joined: '👩\u200d'.repeat(33_000),
  brackets: '[firing: '.repeat(11_000),
  slashes: 'http://'.repeat(14_000),
  dots: 'a.'.repeat(50_000),
  ats: '//@'.repeat(33_000),
  pipes: '|  -  '.repeat(16_000),
  wide: '場'.repeat(100_000),
};

/** A text in every place of an alert. */
const everywhere = (text: string, count: number): AlertGroup => {
  const each = {
    source: text,
    title: text,
    summary: text,
    facts: Array.from({ length: 3 }, () => ({ name: text, value: text })),
    links: [
      { label: text, url: text },
      { label: text, url: `https://a.example/?${text}` },
    ],
  };
  return group(
    Array.from({ length: count }, () => each),
    { title: text, notes: [text], files: [{ filename: text, contentType: text, bytes: Buffer.alloc(4) }] },
  );
};

test('a text of 100 kB in every place takes no time that a sender would notice', async () => {
  writeLetter(everywhere('warm', 2), { ...occasion, hook: 'h' });
  for (const [name, text] of Object.entries(worst)) {
    const write = () => writeLetter(everywhere(text, 1), { ...occasion, hook: text });
    // Eleven places of 100 kB each; an alert of 100 kB has one.
    await assertLight(250, write, name);
    assert.ok(Buffer.byteLength(write().html) <= htmlLimit, name);
  }
});

test('no letter is so long that Gmail hides its end', () => {
  for (const text of ['"', '&', '\'"<>', '場', 'a"\n', '" ', '\ue000']) {
    const long = text.repeat(700);
    const facts = Array.from({ length: 100 }, (_, index) => ({
      name: `${index}${long}`,
      value: `${index}${long}`,
    }));
    const links = Array.from({ length: 20 }, (_, index) => ({
      label: long,
      url: `https://a.example/?${index}${'&'.repeat(2000)}`,
    }));
    const alerts = Array.from({ length: 400 }, (_, index) => ({
      title: `${index}${long}`,
      summary: `${index}${long.repeat(9)}`,
      facts: [
        { name: 'host', value: `${index}${text.repeat(20)}` },
        ...facts.map(({ name, value }) => ({ name, value: `${index}${value}` })),
      ],
      links: links.map(({ label, url }) => ({ label, url: `${url}${index}` })),
    }));
    const { html } = writeLetter(group(alerts, { notes: Array.from({ length: 30 }, () => long) }), {
      ...occasion,
      hook: long,
    });
    assert.ok(Buffer.byteLength(html) <= htmlLimit, `${JSON.stringify(text)}: ${Buffer.byteLength(html)}`);
    readLetterHtml(html);
  }
});
