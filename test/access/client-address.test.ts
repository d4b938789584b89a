import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientAddress } from '../../shared/access/client-address.ts';
import { inspectFrontEnd } from '../../shared/access/front-end.ts';
import { ConfigurationError, readConfig, type FrontEnd } from '../../shared/platform/config.ts';

const appService: FrontEnd = { kind: 'app-service' };
const proxy = (hops: number, ...networks: string[]): FrontEnd => ({ kind: 'proxy', hops, networks });
const id = '7b5b3b7e-5a1c-4d8e-9f00-0123456789ab';
const frontDoor = (...networks: string[]): FrontEnd => ({ kind: 'front-door', id, networks });

const from = (headers: Record<string, string>, frontEnd: FrontEnd = appService) =>
  clientAddress((name) => headers[name], frontEnd)?.toString();

test('App Service vouches for its peer, in every spelling that it has', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['203.0.113.9:49828', '203.0.113.9'],
    ['203.0.113.9', '203.0.113.9'],
    [' 203.0.113.9:1\t', '203.0.113.9'],
    ['203.0.113.9:65535', '203.0.113.9'],
    ['203.0.113.9:65536', undefined],
    ['203.0.113.9:', undefined],
    ['203.0.113.9:80:80', undefined],
    ['203.0.113.9:8O', undefined],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]:65536', undefined],
    ['[2001:db8::1]443', undefined],
    ['[2001:db8::1', undefined],
    ['2001:db8::1]', undefined],
    ['[203.0.113.9]:80', undefined],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['[::ffff:203.0.113.9]:80', '203.0.113.9'],
    // Forms that hold an IPv4 address and are none: they stay IPv6, or are refused where they are dotted.
    ['::203.0.113.9', undefined],
    ['::cb00:7109', '::cb00:7109'],
    ['64:ff9b::cb00:7109', '64:ff9b::cb00:7109'],
    ['64:ff9b::203.0.113.9', undefined],
    ['2002:cb00:7109::', '2002:cb00:7109::'],
    ['0313.0.113.9', undefined],
    ['203.0.113.09', undefined],
    ['0xcb.0.113.9', undefined],
    ['0xcb007109', undefined],
    ['3405803785', undefined],
    ['203.7433', undefined],
    ['203.0.113', undefined],
    ['203.0.113.9.', undefined],
    ['203.0.113.9.1', undefined],
    ['203.0.113.256', undefined],
    ['203.0.113.-9', undefined],
    ['２０３.0.113.9', undefined],
    ['203。0。113。9', undefined],
    ['٢٠٣.0.113.9', undefined],
    ['\u00a0203.0.113.9', undefined],
    ['203.0. 113.9', undefined],
    ['fe80::1%eth0', undefined],
    ['[fe80::1%25eth0]:80', undefined],
    ['1::2::3', undefined],
    ['unknown', undefined],
    ['_hidden', undefined],
    ['localhost', undefined],
    ['"203.0.113.9"', undefined],
    ['for=203.0.113.9', undefined],
    ['203.0.113.9, 10.0.0.5', undefined],
    ['203.0.113.9/32', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of cases) assert.equal(from({ 'client-ip': text }), expected, `"${text}"`);
});

test('where App Service wrote no client-ip, the last hop is its peer, and never another', () => {
  assert.equal(from({ 'x-forwarded-for': '10.0.0.5, 192.168.1.20, 203.0.113.9:49828' }), '203.0.113.9');
  assert.equal(from({ 'x-forwarded-for': '10.0.0.5, evil' }), undefined);
  assert.equal(from({ 'x-forwarded-for': '10.0.0.5,' }), undefined);
  assert.equal(from({ 'x-forwarded-for': '10.0.0.5,,203.0.113.9' }), '203.0.113.9');
  assert.equal(from({ 'x-forwarded-for': '' }), undefined);
  assert.equal(from({ 'client-ip': 'unknown', 'x-forwarded-for': '10.0.0.5' }), undefined);
});

test('where the two that App Service writes disagree, somebody else has written one of them', () => {
  const spoofed = { 'client-ip': '10.0.0.5', 'x-forwarded-for': '10.0.0.5, 203.0.113.9:49828' };
  assert.equal(from(spoofed), undefined);
  assert.equal(from({ ...spoofed, 'client-ip': '10.0.0.5:49828' }), undefined);
  assert.equal(from({ 'client-ip': '203.0.113.9:1', 'x-forwarded-for': '10.0.0.5' }), undefined);
  assert.equal(from({ 'client-ip': '203.0.113.9:1', 'x-forwarded-for': '' }), undefined);
  assert.equal(from({ 'client-ip': '10.0.0.5, 203.0.113.9:1', 'x-forwarded-for': '203.0.113.9:1' }), undefined);
  // The same address in another spelling, with another port.
  const same = { 'client-ip': '[2001:db8::1]:443', 'x-forwarded-for': 'x, 2001:DB8:0:0:0:0:0:1' };
  assert.equal(from(same), '2001:db8::1');
  const mapped = { 'client-ip': '203.0.113.9:1', 'x-forwarded-for': '[::ffff:203.0.113.9]:2' };
  assert.equal(from(mapped), '203.0.113.9');
  // However much the caller has sent before it.
  const long = `${'10.0.0.5, '.repeat(3000)}203.0.113.9:1`;
  assert.equal(from({ 'client-ip': '203.0.113.9:1', 'x-forwarded-for': long }), '203.0.113.9');
  assert.equal(from({ 'x-forwarded-for': long }), '203.0.113.9');
});

test('nothing else that a caller can write is believed', () => {
  const forged = {
    'x-client-ip': '10.0.0.5',
    'x-real-ip': '10.0.0.5',
    'x-azure-clientip': '10.0.0.5',
    'x-azure-socketip': '10.0.0.5',
    'x-azure-fdid': id,
    'true-client-ip': '10.0.0.5',
    'cf-connecting-ip': '10.0.0.5',
    forwarded: 'for=10.0.0.5',
  };
  assert.equal(from(forged), undefined);
  const honest = { 'client-ip': '203.0.113.9:1', 'x-forwarded-for': '10.0.0.5, 203.0.113.9:1' };
  assert.equal(from({ ...forged, ...honest }), '203.0.113.9');
  assert.equal(from({ ...forged, ...honest }, { kind: 'none' }), undefined);
});

/** A chain as the front end hands it over: its peer is the last hop. */
const chain = (text: string) => ({
  'x-forwarded-for': text,
  'client-ip': text.slice(text.lastIndexOf(',') + 1).trim(),
});

test('behind proxies of one’s own the address is as many hops to the left', () => {
  const cases: readonly (readonly [string, FrontEnd, string | undefined])[] = [
    ['6.6.6.6, 198.51.100.7, 203.0.113.9:1', proxy(1), '198.51.100.7'],
    ['6.6.6.6, 198.51.100.7:5555, 192.0.2.1, 203.0.113.9:1', proxy(2), '198.51.100.7'],
    ['6.6.6.6, [2001:db8::7]:5555, 203.0.113.9:1', proxy(1), '2001:db8::7'],
    ['203.0.113.9:1', proxy(1), undefined],
    ['198.51.100.7, 203.0.113.9:1', proxy(2), undefined],
    ['6.6.6.6, , 203.0.113.9:1', proxy(1), undefined],
    ['6.6.6.6, unknown, 203.0.113.9:1', proxy(1), undefined],
    ['198.51.100.7, 203.0.113.9:1', proxy(1, '203.0.113.0/24'), '198.51.100.7'],
    ['198.51.100.7, 203.0.114.9:1', proxy(1, '203.0.113.0/24'), undefined],
    ['198.51.100.7, [2001:db8::9]:1', proxy(1, '203.0.113.0/24', '2001:db8::/32'), '198.51.100.7'],
  ];
  for (const [text, frontEnd, expected] of cases) assert.equal(from(chain(text), frontEnd), expected, text);
  const many = Array.from({ length: 500 }, (_, i) => `10.0.${i >> 8}.${i & 255}`).join(', ');
  assert.equal(from(chain(`${many}, 198.51.100.7, 203.0.113.9:1`), proxy(1)), '198.51.100.7');
  const long = Array.from({ length: 900 }, () => '10.0.0.5').join(', ');
  assert.equal(from(chain(`${long}, 198.51.100.7, 203.0.113.9:1`), proxy(1)), undefined, 'over 8 kB');
});

test('a front end that appended nothing does not move the count to what the caller wrote', () => {
  const headers = { 'x-forwarded-for': '10.0.0.5, 198.51.100.7', 'client-ip': '203.0.113.9:1' };
  assert.equal(from(headers, proxy(1)), undefined);
  assert.equal(from({ 'client-ip': '203.0.113.9:1' }, proxy(1)), undefined);
  // Whoever reaches the app around the proxies is no proxy.
  assert.equal(from({ 'x-forwarded-for': '10.0.0.5, 6.6.6.6' }, proxy(1, '203.0.113.0/24')), undefined);
});

test('Front Door vouches when it is ours, and for who spoke to it', () => {
  const headers = {
    'x-azure-fdid': id,
    'x-azure-socketip': '198.51.100.7',
    'x-azure-clientip': '10.0.0.5',
    'x-forwarded-for': '10.0.0.5, 198.51.100.7, 147.243.0.9:1',
    'client-ip': '147.243.0.9:1',
  };
  assert.equal(from(headers, frontDoor()), '198.51.100.7');
  assert.equal(from({ ...headers, 'x-azure-fdid': id.toUpperCase() }, frontDoor()), '198.51.100.7');
  assert.equal(from(headers, frontDoor('147.243.0.0/16')), '198.51.100.7');
  assert.equal(from(headers, frontDoor('147.244.0.0/16')), undefined);
  assert.equal(from({ ...headers, 'x-azure-fdid': id.replace('7', '8') }, frontDoor()), undefined);
  assert.equal(from({ ...headers, 'x-azure-fdid': `${id}, ${id}` }, frontDoor()), undefined);
  assert.equal(from({ ...headers, 'x-azure-fdid': '' }, frontDoor()), undefined);
  assert.equal(from({ ...headers, 'x-azure-socketip': '198.51.100.7, 10.0.0.5' }, frontDoor()), undefined);
  const { 'x-azure-fdid': _, ...without } = headers;
  assert.equal(from(without, frontDoor()), undefined);
});

test('no header text makes it throw, and what comes out was the last hop', () => {
  const hop = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom('', '[', ']:', '%'),
  );
  fc.assert(
    fc.property(fc.array(hop), fc.option(hop, { nil: undefined }), (hops, direct) => {
      const headers: Record<string, string> = { 'x-forwarded-for': hops.join(',') };
      if (direct !== undefined) headers['client-ip'] = direct;
      for (const frontEnd of [appService, proxy(1), proxy(3, '10.0.0.0/8'), frontDoor(), frontDoor('::/1')])
        from(headers, frontEnd);
      const forged = {
        'x-forwarded-for': [...hops, '203.0.113.9:1'].join(','),
        'client-ip': '203.0.113.9:1',
      };
      if (forged['x-forwarded-for'].length <= 8192) assert.equal(from(forged), '203.0.113.9');
    }),
  );
});

const settings = {
  POSTRIDER_TENANT_ID: 'contoso',
  POSTRIDER_CLIENT_ID: 'app',
  POSTRIDER_CLIENT_SECRET: 'secret',
};
const frontEnd = (more: Record<string, string>) => readConfig({ ...settings, ...more }).frontEnd;

test('the settings say what stands in front', () => {
  assert.deepEqual(frontEnd({}), appService);
  assert.deepEqual(frontEnd({ POSTRIDER_TRUSTED_PROXIES: '2' }), proxy(2));
  assert.deepEqual(frontEnd({ POSTRIDER_FRONT_END: 'api-management' }), proxy(1));
  assert.deepEqual(frontEnd({ POSTRIDER_FRONT_END: 'none' }), { kind: 'none' });
  assert.deepEqual(
    frontEnd({
      POSTRIDER_FRONT_END: 'front-door',
      POSTRIDER_FRONT_DOOR_ID: id,
      POSTRIDER_FRONT_END_NETWORKS: '147.243.0.0/16, 2a01:111::/32',
    }),
    frontDoor('147.243.0.0/16', '2a01:111::/32'),
  );
});

test('settings that contradict each other stop the app', () => {
  const wrong: readonly Record<string, string>[] = [
    { POSTRIDER_FRONT_END: 'front-door' },
    { POSTRIDER_FRONT_END: 'front-door', POSTRIDER_FRONT_DOOR_ID: 'mine' },
    { POSTRIDER_FRONT_END: 'app-service', POSTRIDER_TRUSTED_PROXIES: '1' },
    { POSTRIDER_FRONT_END: 'proxy', POSTRIDER_FRONT_END_NETWORKS: 'our proxies' },
    { POSTRIDER_FRONT_END: 'proxy', POSTRIDER_CLIENT_CERTIFICATES: 'app-service' },
  ];
  for (const one of wrong) assert.throws(() => frontEnd(one), ConfigurationError, JSON.stringify(one));
});

test('a network of the front end that is none stops the app', () => {
  inspectFrontEnd({ frontEnd: proxy(1, '10.1.0.0/16', '2001:db8::/48') });
  for (const text of ['10.1.0.1/16', '10.1', '10.0.0', '10.1.0.0/33'])
    assert.throws(
      () => {
        inspectFrontEnd({ frontEnd: frontDoor('10.0.0.0/8', text) });
      },
      ConfigurationError,
      text,
    );
});
