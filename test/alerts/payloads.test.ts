/**
 * The samples of what real tools send, where they lie beside the project: each must give the mail that is expected of it.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseRequest } from '../payloads/sample.ts';
import { missesOf, scoreFolder } from '../payloads/score.ts';

const folder = path.resolve(import.meta.dirname, '../../../shared/payloads');

/** Share of the samples that must be as expected: what stands without adapters; they have their own tests. */
const required = 0.8;

test(
  'samples give the mails that are expected of them',
  { skip: existsSync(path.join(folder, 'index.json')) ? false : 'there are no samples here' },
  async () => {
    const verdicts = await scoreFolder(folder);
    const missed = verdicts.filter(({ misses }) => misses.length > 0);
    const list = missed.map(({ file, misses }) => `${file}: ${misses.join('; ')}`).join('\n');
    assert.ok(verdicts.length - missed.length >= verdicts.length * required, list);
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
