/**
 * The samples of what real tools send, where they lie beside the project: each must give the mail that is expected of it.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readGeneric } from '../../shared/alerts/generic.ts';
import { parseRequest } from '../payloads/sample.ts';
import { missesOf, scoreFolder } from '../payloads/score.ts';

const folder = path.resolve(import.meta.dirname, '../../../shared/payloads');

const skip = existsSync(path.join(folder, 'index.json')) ? false : 'there are no samples here';

test('samples give the mails that are expected of them', { skip }, async () => {
  const missed = (await scoreFolder(folder)).filter(({ misses }) => misses.length > 0);
  assert.deepEqual(
    missed.map(({ file, misses }) => `${file}: ${misses.join('; ')}`),
    [],
  );
});

test(
  'four in five do so without any adapter, which is how tools fare that nobody here has seen',
  { skip },
  async () => {
    const verdicts = await scoreFolder(folder, readGeneric);
    const met = verdicts.filter(({ misses }) => misses.length === 0);
    assert.ok(met.length >= verdicts.length * 0.8, `${met.length} of ${verdicts.length}`);
  },
);

test('a raw request is taken apart, chunks and lone line feeds too', () => {
  const raw = 'POST /x?a=1 HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
  const request = parseRequest(Buffer.from(raw));
  assert.deepEqual(
    [request.method, request.query.get('a'), request.header('host'), Buffer.from(request.body).toString()],
    ['POST', '1', 'h', 'abcde'],
  );
});

test('what is not as expected is named', () => {
  const misses = missesOf(
    {
      kind: 'alerts',
      alerts: [{ source: 'x', title: 'T', severity: 'info', state: 'info', facts: [], links: [] }],
    },
    {
      subject_contains: ['U'],
      body_contains: ['V'],
      severity: 'critical',
      state: 'firing',
      link: 'https://x',
    },
  );
  assert.equal(misses.length, 5);
  assert.deepEqual(
    missesOf({ kind: 'handshake', answer: { status: 200, headers: {}, body: '' } }, { state: 'handshake' }),
    [],
  );
});
