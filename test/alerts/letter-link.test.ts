import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wholeLink } from '../../shared/alerts/letter/link.ts';

const hrefOf = (written: string): string | undefined => {
  const link = wholeLink(written);
  return link.kind === 'link' ? link.href : undefined;
};

test('a web address stays as it was written', () => {
  for (const url of [
    'https://portal.azure.com#@cccc2222',
    'http://prometheus.example.com:9090/graph?g0.expr=predict_linear%28x%5B1h%5D%2C+4%2A3600%29+%3C+0&g0.tab=1',
    'HTTPS://Example.com/A(b)',
    'http://[fd00::7]:3000/',
  ]) {
    assert.deepEqual(wholeLink(url), { kind: 'link', href: url, shown: url });
  }
});

test('what lacks a scheme or is not encoded is made whole', () => {
  const cases = [
    ['localhost:3000/d/abc?x=1', 'http://localhost:3000/d/abc?x=1'],
    ['prometheus_1:9090', 'http://prometheus_1:9090'],
    ['10.0.0.7:8080/#/alerts', 'http://10.0.0.7:8080/#/alerts'],
    ['[fd00::7]:9090/graph', 'http://[fd00::7]:9090/graph'],
    ['status.example.com/incident/7', 'http://status.example.com/incident/7'],
    ['www.example.com', 'http://www.example.com'],
    ['//grafana.example.com/d/1', 'https://grafana.example.com/d/1'],
    [' https://example.com/a b"c<d> ', 'https://example.com/a%20b%22c%3Cd%3E'],
    ['https://пример.example/ü', 'https://xn--e1afmkfd.example/%C3%BC'],
    ['https://example.com\\@evil.example/', 'https://example.com/@evil.example/'],
    ['https://exam\nple.com/', 'https://example.com/'],
    ['mailto:ops@example.com?bcc=all@example.com&body=x', 'mailto:ops@example.com'],
  ] as const;
  for (const [written, href] of cases) assert.equal(hrefOf(written), href, written);
});

test('a password in a URL is neither shown nor sent, and a disguise falls off', () => {
  for (const [written, href] of [
    ['https://admin:hunter2@nas.example.com:5001/x', 'https://nas.example.com:5001/x'],
    ['https://bank.example@evil.example/', 'https://evil.example/'],
    ['https://hunter2@h.example', 'https://h.example/'],
    ['//admin:hunter2@h.example/x', 'https://h.example/x'],
  ] as const) {
    assert.deepEqual(wholeLink(written), { kind: 'link', href, shown: href });
  }
  for (const written of [
    'http://admin:hun/ter2@h.example/',
    'admin:hunter2@h.example/x',
    'ftp://admin:hunter2@h.example/x',
    'https://hunter2@:x/',
  ]) {
    const link = wholeLink(written);
    assert.equal(link.kind, 'text');
    assert.doesNotMatch(link.shown, /hun|ter2/, written);
  }
});

test('nothing else is a link', () => {
  for (const written of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    'javascript://example.com/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'ms-msdt:/id',
    'https:evil.example',
    'https:/evil.example',
    'http://',
    '/check_mk/index.py?host=a',
    'index.php?page=1',
    '?a=b',
    '#top',
    '$ALERT_URL',
    '{{url}}',
    'n/a',
    'mailto:<script>',
    'mailto:a@b.example%0abcc:x',
    `https://example.com/${'a'.repeat(3000)}`,
  ]) {
    assert.equal(wholeLink(written).kind, 'text', written);
  }
});

test('whatever is written: a link goes to http, https or mailto, shows where, and names no user', () => {
  const piece = fc.constantFrom(
    'http',
    'https',
    'mailto',
    'javascript',
    ':',
    '/',
    '//',
    '@',
    '\\',
    'a.b',
    '\t',
    '\n',
    '"',
    "'",
    '<',
    '%0a',
    '[::1]',
    '443',
    '?',
    '#',
    'é',
    '\u202e',
    '\ud800',
    ' ',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 12 }),
      (pieces) => {
        const link = wholeLink(pieces.join(''));
        assert.ok(link.shown.isWellFormed());
        assert.doesNotMatch(link.shown, /[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
        if (link.kind === 'text') return;
        const url = new URL(link.href);
        assert.ok(['http:', 'https:', 'mailto:'].includes(url.protocol));
        assert.equal(url.username + url.password, '');
        assert.match(link.href, /^[!-~]+$/);
        assert.doesNotMatch(link.href, /["<>\\]/);
        assert.equal(link.shown, link.href.replace(/^mailto:/, ''));
      },
    ),
    { numRuns: 3000 },
  );
});
