import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { readCarriers } from '../../shared/access/carriers.ts';
import { assertLight } from '../effort.ts';

const makeKey = () => makeApiKey(randomBytes(keyEntropyBytes)).text;
const [key, other] = [makeKey(), makeKey()];
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln';
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const show = (headers: Record<string, string>, url = '/emails', takesTokens = false) => {
  const { pathname: path, searchParams: query } = new URL(url, 'https://bridge.example');
  return readCarriers({ header: (name) => headers[name], path, query }, takesTokens);
};
const shownKey = (...given: Parameters<typeof show>) => {
  const shown = show(...given);
  return shown.kind === 'key' ? `${shown.carrier} ${shown.text.reveal()}` : shown.kind;
};

test('a key is found wherever a vendor’s client or a tool puts it', () => {
  const headers: readonly (readonly [Record<string, string>, string])[] = [
    [{ authorization: `Bearer ${key}` }, 'bearer'],
    [{ authorization: `bEARER \t ${key} ` }, 'bearer'],
    [{ authorization: key }, 'header'],
    [{ authorization: `ApiKey ${key}` }, 'header'],
    [{ authorization: `Key ${key}` }, 'header'],
    [{ authorization: `Token ${key}` }, 'header'],
    [{ 'x-api-key': key }, 'x-api-key'],
    [{ 'x-api-key': `${key}, ${key}` }, 'x-api-key'],
    [{ 'api-key': key }, 'header'],
    [{ 'x-webhook-token': key }, 'header'],
    [{ 'cf-webhook-auth': key }, 'header'],
    [{ 'x-gitlab-token': key }, 'header'],
    [{ 'x-postmark-server-token': key }, 'header'],
    [{ 'x-gotify-key': key }, 'header'],
    [{ authorization: basic('api', key) }, 'basic'],
    [{ authorization: basic('', key) }, 'basic'],
    [{ authorization: basic(key, '') }, 'basic'],
    [{ authorization: basic(key, 'x') }, 'basic'],
    [{ authorization: `Basic ${Buffer.from(key).toString('base64')}` }, 'basic'],
    [{ authorization: `Bearer ${key}`, 'x-api-key': key }, 'bearer'],
  ];
  for (const [given, carrier] of headers)
    assert.equal(shownKey(given), `${carrier} ${key}`, JSON.stringify(given));
});

test('the user of Basic is the name of the device, when it is a plain one', () => {
  const device = (user: string, password = key) => {
    const shown = show({ authorization: basic(user, password) });
    return shown.kind === 'key' ? shown.device : undefined;
  };
  assert.equal(device('printer-3.lab'), 'printer-3.lab');
  for (const user of ['', 'ops@example.com', 'a b', 'x'.repeat(65), 'line\nbreak', 'ä', other])
    assert.equal(device(user), undefined, user);
  assert.equal(device(key, ''), undefined);
});

test('schemes that show no key are none of our business', () => {
  for (const authorization of [
    '',
    'Basic',
    'Basic !!!!',
    'Basic Og==',
    'AWS4-HMAC-SHA256 Credential=AKID/20261120/eu/ses/aws4_request, SignedHeaders=host, Signature=abc',
    'HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=abc',
    'Negotiate abc',
  ])
    assert.equal(shownKey({ authorization }), 'nothing', authorization);
  // The variable of a script that is not set: its author wants to hear of it.
  assert.equal(shownKey({ authorization: 'Bearer ' }), 'header Bearer');
});

test('two different keys are ambiguous, but a header of its own wins over Basic', () => {
  assert.equal(shownKey({ authorization: `Bearer ${key}`, 'x-api-key': other }), 'ambiguous');
  assert.equal(shownKey({ 'x-api-key': `${key}, ${other}` }), 'ambiguous');
  assert.equal(shownKey({ 'api-key': key, 'x-gitlab-token': other }), 'ambiguous');
  assert.equal(shownKey({ 'x-api-key': key }, `/hooks/ci/${other}`), 'ambiguous');
  assert.equal(shownKey({ authorization: basic('x', other) }, `/hooks/ci?key=${key}`), 'ambiguous');
  assert.equal(shownKey({ 'x-api-key': key, authorization: basic('user', other) }), `x-api-key ${key}`);
  assert.equal(shownKey({ 'x-api-key': key, authorization: basic('api', key) }), `x-api-key ${key}`);
});

test('what has the form of our keys counts before what was meant for somebody else', () => {
  assert.equal(shownKey({ 'x-gitlab-token': 'theirs', authorization: `Bearer ${key}` }), `bearer ${key}`);
  assert.equal(shownKey({ 'api-key': 'gateway', authorization: basic('x', key) }), `basic ${key}`);
  assert.equal(shownKey({ 'x-gitlab-token': 'wrong' }), 'header wrong');
  assert.equal(shownKey({ 'x-api-key': 'wrong' }), 'x-api-key wrong');
  assert.equal(shownKey({ 'x-api-key': 'wrong', authorization: `Bearer ${key}` }), 'ambiguous');
  assert.equal(shownKey({ 'x-api-key': key, authorization: 'Bearer wrong' }), 'ambiguous');
  assert.equal(shownKey({ authorization: basic('admin', 'admin') }), 'basic admin');
  assert.equal(shownKey({ 'x-api-key': 'pr_mistyped' }), 'x-api-key pr_mistyped');
});

test('tokens are told by their form, and were meant for us where we take them', () => {
  const shown = show({ authorization: `Bearer ${jwt}` });
  assert.equal(shown.kind === 'token' && shown.text.reveal(), jwt);
  assert.equal(show({ authorization: 'Bearer a.b.' }).kind, 'token');
  assert.equal(show({ authorization: `Bearer ${jwt}`, 'x-api-key': key }, '/emails', true).kind, 'ambiguous');
  assert.equal(shownKey({ authorization: `Bearer ${jwt}`, 'x-api-key': key }), `x-api-key ${key}`);
  assert.equal(shownKey({ 'x-api-key': jwt }, '/emails', true), `x-api-key ${jwt}`);
});

test('URLs carry keys of hooks, and no others', () => {
  assert.equal(shownKey({}, `/hooks/ci/${key}`), `path ${key}`);
  assert.equal(shownKey({}, `/Hooks/ci/${key}/`), `path ${key}`);
  for (const name of ['key', 'token', 'access_token', 'api-key', 'api_key'])
    assert.equal(shownKey({}, `/hooks/ci?${name}=${key}`), `query ${key}`, name);
  // Ordinary words of a device.
  assert.equal(shownKey({}, '/hooks/ci/publish?key=temperature&token=5'), 'nothing');
  assert.equal(shownKey({}, `/hooks/ci?other=${key}`), 'nothing');
  assert.equal(shownKey({}, `/hooks/${key}`), 'nothing');
  for (const url of [`/emails?key=${key}`, `/emails?anything=${key}`, `/?k=${key}`, `/hooks?key=${key}`])
    assert.equal(shownKey({}, url), 'in-url', url);
  assert.equal(shownKey({ 'x-api-key': key }, `/emails?key=${key}`), 'in-url');
  assert.equal(shownKey({}, '/emails?key=word'), 'nothing');
});

const coded = (value: string) => Buffer.from(value).toString('base64url');

test('the protocols of senders have places for the key of a hook, too', () => {
  assert.equal(shownKey({}, `/message?token=${key}`), `query ${key}`);
  assert.equal(shownKey({ 'x-gotify-key': key }, '/message'), `header ${key}`);
  assert.equal(shownKey({}, `/notify/ops/${key}`), `path ${key}`);
  assert.equal(shownKey({}, `/ntfy/ops?token=${key}`), `query ${key}`);
  for (const value of [`Bearer ${key}`, basic('', key), basic('ops', key)])
    assert.equal(shownKey({}, `/ntfy?auth=${coded(value)}`), `query ${key}`);
  assert.equal(shownKey({}, `/ntfy?auth=${coded('Bearer tk_theirs')}`), 'nothing');
  assert.equal(shownKey({}, `/emails?auth=${coded(`Bearer ${key}`)}`), 'nothing');
  assert.equal(shownKey({}, `/message/1?token=${key}`), 'in-url');
  assert.equal(shownKey({}, `/notify?key=${key}`), 'in-url');
  assert.equal(shownKey({}, `/message/${key}`), 'nothing');
});

test('what is found cannot be printed', () => {
  const url = `/hooks/ci?key=${key}`;
  for (const shown of [
    show({ authorization: `Bearer ${key}` }),
    show({ authorization: `Bearer ${jwt}` }, '/emails', true),
    show({ 'x-api-key': key }),
    show({ 'x-gitlab-token': key }),
    show({ authorization: basic('printer', key) }),
    show({ authorization: 'Bearer a-password-of-somebody' }),
    show({}, url),
    show({}, `/hooks/ci/${key}`),
    show({}, `/ntfy?auth=${coded(`Bearer ${key}`)}`),
  ]) {
    assert.match(shown.kind, /^(?:key|token)$/);
    const printed = `${JSON.stringify(shown)} ${inspect(shown, { depth: null, showHidden: true })}`;
    for (const text of [key, jwt, 'a-password']) assert.ok(!printed.includes(text), printed);
  }
});

test('no header, path or query makes it throw', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('Basic ', 'Bearer ', 'pr_', '%', '%E0%A4%A', ',', ':', '=', key),
    fc.string().map((one) => `Basic ${Buffer.from(one).toString('base64')}`),
  );
  const texts = fc.array(text, { maxLength: 4 }).map((parts) => parts.join(''));
  const names = ['authorization', 'x-api-key', 'api-key', 'x-gitlab-token'];
  fc.assert(
    fc.property(fc.array(texts, { minLength: 4 }), texts, texts, (values, path, value) => {
      const headers = new Map(names.map((name, i) => [name, values[i]]));
      for (const prefix of ['/emails/', '/hooks/', '/hooks/x/', ''])
        readCarriers(
          {
            header: (name) => headers.get(name),
            path: prefix + path,
            query: new URLSearchParams([['key', value]]),
          },
          true,
        );
    }),
  );
  const long = 'Basic '.repeat(10_000) + ' '.repeat(50_000);
  for (const value of [long, ' '.repeat(100_000), `Basic ${'A'.repeat(100_000)}!`, '.'.repeat(100_000)])
    await assertLight(100, () =>
      readCarriers({ header: () => value, path: '/'.repeat(10_000), query: new URLSearchParams() }),
    );
});
