import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseMailbox } from '../../shared/message/address.ts';

function mailbox(text: string): { address: string; name?: string } {
  const result = parseMailbox(text);
  assert.ok(result.ok, `${JSON.stringify(text)}: ${result.ok ? '' : result.reason}`);
  return result.mailbox;
}

function refused(text: string): string {
  const result = parseMailbox(text);
  assert.ok(!result.ok, `accepted ${JSON.stringify(text)} as ${JSON.stringify(result)}`);
  assert.match(result.reason, /^[A-Z].*\.$/s);
  return result.reason;
}

const local64 = 'l'.repeat(64);
const label63 = 'd'.repeat(63);

describe('addresses that are taken', () => {
  const plain = [
    'ann@example.com',
    'a@b.c',
    'a@b-c.d',
    'ann.b.c@mail.example.co.uk',
    "!#$%&'*+/=?^_`{|}~-@example.com",
    '123@123.example',
    'first+tag@example.com',
    '-@example.com',
    'a@c--d.example',
    `${local64}@example.com`,
    `a@${label63}.example`,
    `a@${[label63, label63, label63, 'd'.repeat(57)].join('.')}.ex`,
    'a@1.example',
    'a@example.x1',
    'xn--a@example.com',
    'a@xn--bcher-kva.example',
    'a@xn--hxajbheg2az3al.xn--jxalpdlp',
  ];
  for (const text of plain) test(text.slice(0, 80), () => assert.deepEqual(mailbox(text), { address: text }));

  test('the domain is lower case in A-labels, the local part stays as it is', () => {
    assert.equal(mailbox('Ann.B@EXAMPLE.Com').address, 'Ann.B@example.com');
    const idn: Readonly<Record<string, string>> = {
      'münchen.example': 'xn--mnchen-3ya.example',
      'MÜNCHEN.example': 'xn--mnchen-3ya.example',
      'mu\u0308nchen.example': 'xn--mnchen-3ya.example',
      'straße.example': 'xn--strae-oqa.example',
      'XN--MNCHEN-3YA.example': 'xn--mnchen-3ya.example',
      '例え.テスト': 'xn--r8jz45g.xn--zckzah',
      'مثال.إختبار': 'xn--mgbh0fb.xn--kgbechtv',
      'उदाहरण.परीक्षा': 'xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g',
      'παράδειγμα.δοκιμή': 'xn--hxajbheg2az3al.xn--jxalpdlp',
      'ΠΑΡΆΔΕΙΓΜΑ.gr': 'xn--hxajbheg2az3al.gr',
      'пример.испытание': 'xn--e1afmkfd.xn--80akhbyknj4f',
      'דוגמה.טעסט': 'xn--6dbbec0c.xn--deba0ad',
      '예.한국': 'xn--2j5b.xn--3e0b707e',
    };
    for (const [unicode, ascii] of Object.entries(idn)) {
      assert.equal(mailbox(`a@${unicode}`).address, `a@${ascii}`, unicode);
    }
  });
});

describe('addresses that are refused', () => {
  const many = [
    '',
    ' ',
    'ann',
    '@',
    '@example.com',
    'ann@',
    'ann@localhost',
    'a@@example.com',
    'a@b@example.com',
    '.ann@example.com',
    'ann.@example.com',
    'an..n@example.com',
    'an n@example.com',
    'ann @example.com',
    'ann@ example.com',
    'ann@exam ple.com',
    '"ann"@example.com',
    '"a b"@example.com',
    'a."b".c@example.com',
    'a\\@b@example.com',
    'ann(comment)@example.com',
    '(comment)ann@example.com',
    'ann@(comment)example.com',
    'ann@example.com(comment)',
    'ann,bob@example.com',
    'ann@example.com,bob@example.com',
    'ann@example.com; bob@example.com',
    'a:b@example.com',
    'group: ann@example.com;',
    'undisclosed-recipients:;',
    '<@relay.example:ann@example.com>',
    '@relay.example:ann@example.com',
    'ann@[192.0.2.1]',
    'ann@[IPv6:2001:db8::1]',
    'ann@192.0.2.1',
    'ann@1.2',
    'ann@example.123',
    'ann@example.com.',
    'ann@.example.com',
    'ann@example..com',
    'ann@.',
    'ann@-example.com',
    'ann@example-.com',
    'ann@ex_ample.com',
    'ann@exam!ple.com',
    'ann@exam/ple.com',
    'ann@exam%41ple.com',
    'ann@ab--cd.example',
    'ann@xn--0.example',
    'ann@xn--.example',
    'ann@xn--a.example',
    'ann@ａnn.example',
    'ann@example．com',
    'ann@example。com',
    'ann@exa\u00admple.com',
    'ann@exa\u200bmple.com',
    'ann@exa\u2060mple.com',
    'ann@ﬁne.example',
    'ann@\u037e.example',
    'ann@\u1fef.example',
    'ann@⒈example.com',
    'ann@①.example',
    'ann@contoso\u2215com.example',
    'ann@contoso\u2024com.example',
    'ann@\u{1f600}.example',
    'ann@\u212aontoso.com',
    'ann@\u0301a.example',
    'ann@exam\u202eple.com',
    'ann@ex\ufffdample.com',
    'jörg@example.com',
    'アン@example.com',
    'ann\u2019s@example.com',
    'ａnn@example.com',
    `${local64}l@example.com`,
    `a@${label63}d.example`,
    `a@${'d.'.repeat(126)}example`,
    `a@${[label63, label63, label63, 'd'.repeat(58)].join('.')}.ex`,
    'ann@example.com\n',
    '\nann@example.com',
    'ann\n@example.com',
    'ann@example.com\r\n',
    'ann@exam\0ple.com',
    'ann@example.com\u2028',
    'ann\t@example.com',
    'ann\u0085@example.com',
    'ann\ud800@example.com',
    'mailto:ann@example.com',
    'bob\r\nBcc: evil@example.org@example.net',
    'bob\nBcc: evil@example.org',
    'bob@example.com\r\nBcc: evil@example.org',
    'bob@example.com\r\nRCPT TO:<evil@example.org>',
    'bob@example.com> NOTIFY=NEVER',
    'bob@example.com\0evil@example.org',
    'bob%0d%0aBcc:evil@example.org\r\n@example.net',
  ];
  for (const text of many) test(JSON.stringify(text).slice(0, 90), () => void refused(text));

  test('say what to do', () => {
    assert.match(refused('ann'), /no "@"/);
    assert.match(refused('a@b.example, c@d.example'), /list with one address/);
    assert.match(refused('Ann <a@b.example>, Bo <c@d.example>'), /list with one address/);
    assert.match(refused('Last, First <a@b.example>'), /double quotes/);
    assert.match(refused('a@localhost'), /in full/);
    assert.match(refused('a\r@b.example'), /U\+000D \(carriage return\)/);
  });

  test('in little time, however long', () => {
    for (const part of ['a', '.', '"', '\\', '(', '<', ' ', '@', 'a.', '" ', ',@', 'é']) {
      refused(`${part.repeat(50_000)}@example.com`);
      refused(`${part.repeat(450)} <${part.repeat(450)}`);
    }
  });
});

describe('display names', () => {
  const names: Readonly<Record<string, string>> = {
    'Ann <a@b.example>': 'Ann',
    'Ann<a@b.example>': 'Ann',
    '  Ann   B.  Example   <a@b.example>  ': 'Ann B. Example',
    '"Last, First" <a@b.example>': 'Last, First',
    '"a <c@d.example>" <a@b.example>': 'a <c@d.example>',
    '"say \\"hi\\" \\\\ \\x" <a@b.example>': 'say "hi" \\ x',
    'Jörg Müller <a@b.example>': 'Jörg Müller',
    '山田 太郎 <a@b.example>': '山田 太郎',
    'محمد علي <a@b.example>': 'محمد علي',
    'שרה כהן <a@b.example>': 'שרה כהן',
    'Ελένη <a@b.example>': 'Ελένη',
    'हिन्दी <a@b.example>': 'हिन्दी',
    'ไทย <a@b.example>': 'ไทย',
    '👩‍👩‍👧 <a@b.example>': '👩‍👩‍👧',
    'Zalgo H̡̫̤͚ͅ <a@b.example>': 'Zalgo H̡̫̤͚ͅ',
  };
  for (const [text, name] of Object.entries(names)) {
    test(text, () => assert.deepEqual(mailbox(text), { address: 'a@b.example', name }));
  }

  test('may be empty or missing', () => {
    for (const text of ['<a@b.example>', '"" <a@b.example>', '" " <a@b.example>', ' <a@b.example> ']) {
      assert.deepEqual(mailbox(text), { address: 'a@b.example' });
    }
  });

  const bad = [
    'Last, First <a@b.example>',
    'Ann (work) <a@b.example>',
    'a@c.example <a@b.example>',
    'Ann: <a@b.example>',
    'An"n <a@b.example>',
    '"Ann <a@b.example>',
    '"Ann" B <a@b.example>',
    '"Ann\\" <a@b.example>',
    'Ann <a@b.example> B',
    'Ann <a@b.example>>',
    'Ann <<a@b.example>',
    'Ann < a@b.example>',
    'Ann <>',
    'Ann <a@b.example',
    'Ann a@b.example>',
    'Ann\r\nBcc: x@y.example <a@b.example>',
    '"Ann\nB" <a@b.example>',
    'A\u0000 <a@b.example>',
    'A\u009f <a@b.example>',
    'A\u2029 <a@b.example>',
    'A\u202egnp.exe <a@b.example>',
    'A\u2066 <a@b.example>',
    'A\u200f <a@b.example>',
    'A\udc00 <a@b.example>',
    '=?utf-8?B?QQ==?= <a@b.example>',
    '"=?utf-8?Q?=0D=0ABcc:?=" <a@b.example>',
    `${'n'.repeat(257)} <a@b.example>`,
  ];
  for (const text of bad) test(`refused: ${JSON.stringify(text).slice(0, 80)}`, () => void refused(text));
});

describe('whatever the text', () => {
  const fragment = fc.constantFrom(
    ...Array.from('ab.@<>"\\(),:;[] \r\n\t\0é\u202e-_=?'),
    '@example.com',
    'xn--',
    'Bcc: ',
    '\u{1f600}',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(fragment, { maxLength: 20 }).map((parts) => parts.join('')),
    fc.tuple(fc.string({ maxLength: 10 }), fc.domain()).map(([local, domain]) => `${local}@${domain}`),
  );

  test('what is taken is one plain address on one line, and reads the same again', () => {
    fc.assert(
      fc.property(text, (input) => {
        const result = parseMailbox(input);
        if (!result.ok) return;
        const { address, name } = result.mailbox;
        assert.match(
          address,
          /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63}$/,
        );
        assert.ok(address.length <= 254);
        assert.deepEqual(mailbox(address), { address });
        // eslint-disable-next-line no-control-regex -- controls are what must not be there
        if (name !== undefined) assert.doesNotMatch(name, /[\0-\x1f\x7f-\x9f\u2028-\u202e]|^\s|\s$|^$/);
      }),
      { numRuns: 3000 },
    );
  });
});
