import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseHeader, parseHeaders, standardHeaders } from '../../shared/message/header.ts';

const reason = (name: string, value = 'x'): string => {
  const result = parseHeader(name, value);
  assert.ok(!result.ok, `accepted ${name}`);
  return result.reason;
};

describe('names', () => {
  test('X-… and the standard ones are taken as they are spelled', () => {
    for (const name of [
      'X-Ticket',
      'x-ticket',
      'X-TICKET-ID',
      'X-1',
      'List-Id',
      'AUTO-SUBMITTED',
      `X-${'a'.repeat(74)}`,
    ]) {
      assert.deepEqual(parseHeader(name, 'v'), { ok: true, field: { name, value: 'v' } });
    }
    for (const name of standardHeaders) assert.ok(parseHeader(name, '<a@b.example>').ok, name);
  });

  test('what a field of the submission is for names that field', () => {
    const fields: Readonly<Record<string, string>> = {
      From: 'from',
      TO: 'to',
      cc: 'cc',
      Bcc: 'bcc',
      'Reply-To': 'reply_to',
      Subject: 'subject',
      Importance: 'importance',
      'X-Priority': 'importance',
    };
    for (const [name, field] of Object.entries(fields))
      assert.match(reason(name), new RegExp(`the field "${field}"`));
  });

  test('what others set says who does', () => {
    assert.match(reason('Message-ID'), /Postrider/);
    assert.match(reason('Sender'), /Exchange/);
    assert.match(reason('content-type'), /attachments/);
    for (const name of [
      'Date',
      'MIME-Version',
      'Content-Transfer-Encoding',
      'Return-Path',
      'Received',
      'DKIM-Signature',
    ]) {
      assert.match(reason(name), /cannot be set/);
    }
  });

  test('what Exchange and Postrider act upon is reserved', () => {
    for (const name of [
      'X-MS-Exchange-Organization-SCL',
      'x-ms-x',
      'X-Microsoft-Antispam',
      'X-Postrider-Id',
    ]) {
      assert.match(reason(name), /reserved/);
    }
  });

  test('nothing else', () => {
    for (const name of [
      '',
      'X-',
      'X',
      'Foo',
      'Resent-From',
      'Authentication-Results',
      'ARC-Seal',
      'Disposition-Notification-To',
      'X-A:',
      'X-A: b\r\nBcc',
      'X-A\r\n',
      'X A',
      'X-é',
      'X_A',
      '-X-A',
      'constructor',
      'toString',
      `X-${'a'.repeat(75)}`,
    ]) {
      reason(name);
    }
  });
});

describe('values', () => {
  test('are one line without spaces around it', () => {
    assert.deepEqual(parseHeader('X-A', '  två ord 🎉  '), {
      ok: true,
      field: { name: 'X-A', value: 'två ord 🎉' },
    });
    for (const value of [
      'a\nb',
      'a\r\nBcc: x@y.example',
      'a\rb',
      'a\0',
      'a\tb',
      'a\u0085b',
      'a\u2028b',
      'a\u007f',
      'a\ud800',
    ]) {
      assert.match(reason('X-A', value), /control character U\+/, JSON.stringify(value));
    }
    assert.match(reason('X-A', ' '), /empty/);
  });

  test('fit into lines', () => {
    assert.ok(parseHeader('X-A', 'word '.repeat(400).trim()).ok);
    assert.match(reason('X-A', 'word '.repeat(401)), /2000/);
    assert.ok(parseHeader('X-A', 'w'.repeat(900)).ok);
    assert.match(reason('X-A', 'w'.repeat(901)), /without a space/);
    assert.match(reason('X-A', 'é'.repeat(451)), /without a space/);
  });

  test('of threads are message ids', () => {
    for (const value of ['<a@b.example>', '<a@b.example> <c@d.example>']) {
      assert.ok(parseHeader('References', value).ok);
      assert.ok(parseHeader('In-Reply-To', value).ok);
    }
    for (const value of [
      'a@b.example',
      '<a b@c.example>',
      '<a@b.example>,<c@d.example>',
      '<é@b.example>',
      '<a',
      '<<a>>',
    ]) {
      assert.match(reason('References', value), /angle brackets/);
    }
  });

  test('take linear time', () => {
    for (const part of ['<', '<a> ', ' ', '<>', 'a ']) parseHeader('References', part.repeat(500));
  });
});

test('a name stands once, whatever its case; all faults are told', () => {
  const faults: string[] = [];
  const fields = parseHeaders(
    { 'X-A': '1', 'x-a': '2', 'X-B': '3', Subject: 's', 'X-C': '\n' },
    (name, why) => faults.push(`${name}: ${why.slice(0, 20)}`),
  );
  assert.deepEqual(fields, [
    { name: 'X-A', value: '1' },
    { name: 'X-B', value: '3' },
  ]);
  assert.equal(faults.length, 3);
  assert.match(faults.join('|'), /x-a: The same header .*\|Subject: .*\|X-C: /);
});

test('whatever is taken cannot end a line', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 40 }),
      (name, value) => {
        for (const given of [name, `X-${name}`]) {
          const result = parseHeader(given, value);
          if (!result.ok) continue;
          assert.match(result.field.name, /^[A-Za-z0-9-]+$/);
          // eslint-disable-next-line no-control-regex -- controls are what must not be there
          assert.doesNotMatch(result.field.value, /[\0-\x1f\x7f-\x9f\u2028\u2029]/);
          assert.ok(result.field.value.isWellFormed());
        }
      },
    ),
    { numRuns: 1000 },
  );
});
