import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { test } from 'node:test';
import type { ProgrammableFaults } from '../../../infra/simulators/control.ts';
import { FAULT_NOTES, FAULT_PRESETS } from '../../../infra/simulators/inbox/fault-notes.ts';
import { deliver, gradient } from './sample-mails.ts';
import { stage } from './stage.ts';

const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;

test('an empty inbox says what to do', async (t) => {
  const { text } = await stage(t, { banner: 'curl <url>' });
  const page = await text('/');
  assert.match(page, /No mail yet/u);
  assert.match(page, /curl &lt;url&gt;/u);
});

test('whatever a mail says, it is shown as text', async (t) => {
  const { store, text } = await stage(t);
  const id = await deliver(
    store,
    {
      from: { name: EVIL, address: 'alerts@contoso.com' },
      to: { name: EVIL, address: 'a@b.example' },
      subject: EVIL,
      text: EVIL,
      headers: { 'X-Evil': EVIL },
      attachments: [{ filename: EVIL, content: EVIL, cid: EVIL }],
    },
    { requestId: EVIL, clientRequestId: EVIL, json: { [EVIL]: EVIL }, mailbox: EVIL },
  );
  const tabs = ['html', 'text', 'headers', 'source', 'attachments', 'transport'];
  const paths = ['/', `/?q=${encodeURIComponent(EVIL)}`, ...tabs.map((tab) => `/message/${id}?tab=${tab}`)];
  for (const path of paths) {
    const page = await text(path);
    assert.match(page, /alert\(1\)/u, path);
    assert.doesNotMatch(page, /<script>|<img src=x|onerror=alert\(1\)>/u, path);
  }
});

test('a page counts, names, and pages through what there is', async (t) => {
  const { store, text } = await stage(t);
  for (let index = 0; index < 120; index += 1) {
    await deliver(
      store,
      { to: 'a@b.example', subject: `Mail ${index}` },
      { via: index < 7 ? 'smtp' : 'graph-json' },
    );
  }
  const first = await text('/');
  assert.match(first, /120 messages/u);
  assert.match(first, /Mail 119</u);
  assert.doesNotMatch(first, /Mail 69</u);
  assert.match(await text('/?page=2'), /Mail 69</u);
  assert.match(await text('/?page=99'), /Mail 0</u);
  assert.match(await text('/?q=via:smtp'), /7 messages/u);
});

test('a mail that was a draft is shown as one', async (t) => {
  const { store, text } = await stage(t);
  const id = await deliver(store, { to: 'a@b.example', subject: 'Large' }, { via: 'graph-draft' });
  assert.match(await text('/?q=via:graph-draft'), /badge graph-draft/u);
  assert.match(await text(`/message/${id}?tab=transport`), /Graph draft/u);
});

test('a mail knows its neighbours in the list that it was opened from', async (t) => {
  const { store, text } = await stage(t);
  const old = await deliver(store, { to: 'a@b.example', subject: 'Old' }, { via: 'smtp' });
  await deliver(store, { to: 'a@b.example', subject: 'Between' });
  const young = await deliver(store, { to: 'a@b.example', subject: 'Young' }, { via: 'smtp' });
  assert.match(
    await text(`/message/${young}?q=via:smtp`),
    new RegExp(`rel="next"\\s+href="/message/${old}\\?q=via`, 'u'),
  );
  assert.doesNotMatch(await text(`/message/${young}`), new RegExp(`href="/message/${old}`, 'u'));
});

test('attachments are handed out as they are, and only pictures are shown', async (t) => {
  const { store, get, text } = await stage(t);
  const png = gradient(20, 10);
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  const id = await deliver(store, {
    to: 'a@b.example',
    attachments: [
      { filename: 'Größe (1).png', content: png },
      { filename: 'drawing.svg', content: svg },
      { filename: 'page.html', content: '<script>alert(1)</script>' },
    ],
  });
  const page = await text(`/message/${id}?tab=attachments`);
  assert.match(page, new RegExp(createHash('sha256').update(png).digest('hex'), 'u'));
  const picture = await get(`/message/${id}/part/0`);
  assert.equal(picture.headers.get('content-type'), 'image/png');
  assert.ok(png.equals(Buffer.from(await picture.arrayBuffer())));
  const download = await get(`/message/${id}/part/0?download`);
  assert.match(
    download.headers.get('content-disposition') ?? '',
    /^attachment; filename="[\w.-]+"; filename\*=UTF-8''Gr%C3%B6%C3%9Fe%20%281%29\.png$/u,
  );
  for (const part of [1, 2]) {
    const { headers } = await get(`/message/${id}/part/${part}`);
    assert.equal(headers.get('content-type'), 'application/octet-stream');
    assert.match(headers.get('content-disposition') ?? '', /^attachment/u);
  }
  assert.equal((await get(`/message/${id}/part/3`)).status, 404);
  assert.equal((await get(`/message/${id}/part/x`)).status, 404);
});

test('every answer has a policy, is never cached and never guessed at', async (t) => {
  const { store, get } = await stage(t);
  const id = await deliver(store, {
    to: 'a@b.example',
    html: '<p>x</p>',
    attachments: [{ filename: 'a', content: 'a' }],
  });
  const paths = [
    '/',
    `/message/${id}`,
    `/message/${id}/body`,
    `/message/${id}/raw`,
    `/message/${id}/part/0`,
    '/faults',
    '/assets/inbox.css',
    '/assets/inbox.js',
    '/assets/icon.svg',
    '/events',
    '/api/v1/messages',
    '/nothing',
  ];
  for (const path of paths) {
    const { headers, body } = await get(path);
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/u, path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('cache-control'), 'no-store', path);
    await body?.cancel();
  }
  const framed = await get(`/message/${id}/body`);
  assert.match(framed.headers.get('content-security-policy') ?? '', /; sandbox allow-popups /u);
});

test('images that a mail brought along get addresses, the longest id first', async (t) => {
  const { store, text } = await stage(t);
  const content = gradient(4, 4);
  const id = await deliver(store, {
    to: 'a@b.example',
    html: '<img src="cid:logo"><img src="cid:logo2">',
    attachments: [
      { filename: 'a.png', content, cid: 'logo' },
      { filename: 'b.png', content, cid: 'logo2' },
    ],
  });
  const body = await text(`/message/${id}/body`);
  assert.match(body, new RegExp(`<img src="/message/${id}/part/0"><img src="/message/${id}/part/1">`, 'u'));
});

test('a mail that cannot be parsed can still be looked at', async (t) => {
  const { store, text } = await stage(t);
  const nested = Array.from(
    { length: 300 },
    (_, depth) => `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n`,
  );
  const { id } = store.add({
    via: 'smtp',
    mailbox: 'a@contoso.com',
    envelope: { from: 'a@contoso.com', to: ['b@c.example'] },
    mime: Buffer.from(nested.join('')),
  });
  assert.match(await text('/'), /b@c\.example/u);
  const page = await text(`/message/${id}`);
  assert.match(page, /could not be taken apart/u);
  assert.match(page, /boundary=b299/u);
});

test('deleting forgets everything, and only by POST', async (t) => {
  const { store, get } = await stage(t);
  await deliver(store, { to: 'a@b.example' });
  assert.equal((await get('/delete')).status, 404);
  const answer = await get('/delete', { method: 'POST' });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get('location'), '/');
  assert.equal(store.size, 0);
});

test('pages of others can neither read nor change anything', async (t) => {
  const { store, get, url } = await stage(t);
  await deliver(store, { to: 'a@b.example', subject: 'Secret' });
  for (const headers of [
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'https://evil.example' },
  ]) {
    assert.equal((await get('/delete', { method: 'POST', headers })).status, 403);
  }
  assert.equal(store.size, 1);
  const rebound = await new Promise<number | undefined>((resolve, reject) => {
    request(`${url}/`, { headers: { Host: 'evil.example' } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .once('error', reject)
      .end();
  });
  assert.equal(rebound, 403);
});

test('faults are programmed by form, and refused with a sentence', async (t) => {
  const { faults, get, text } = await stage(t);
  const post = (path: string, fields: Record<string, string>): Promise<Response> =>
    get(path, { method: 'POST', body: new URLSearchParams(fields) });
  const added = await post('/faults/smtp', {
    kind: 'drop',
    times: '2',
    'p.at': 'dot',
    'p.accepted': 'true',
    'p.afterBytes': '',
  });
  assert.equal(added.status, 303);
  assert.deepEqual(faults.smtp.list(), [
    { fault: { kind: 'drop', times: 2, at: 'dot', accepted: true }, left: 2 },
  ]);
  await post('/faults/graph', { kind: 'status', 'p.status': '429', 'p.retryAfter': '2.5', 'p.body': '' });
  assert.deepEqual(faults.graph.list()[0]?.fault, {
    kind: 'status',
    times: 1,
    status: 429,
    retryAfter: '2.5',
  });
  const page = await text('/faults');
  assert.match(page, /accepted: true/u);
  assert.match(page, /<b class="alert">3<\/b>/u);

  const wrong = await post('/faults/smtp', { kind: 'slow', times: '1', 'p.at': 'dot', 'p.ms': 'soon' });
  assert.equal(wrong.status, 422);
  assert.match(await wrong.text(), /&quot;ms&quot; of the fault &quot;slow&quot; must be a number/u);
  assert.equal((await post('/faults/smtp', { kind: 'nothing' })).status, 422);
  assert.equal((await post('/faults/toaster', { kind: 'drop' })).status, 404);

  assert.equal((await post('/faults/smtp/clear', {})).status, 303);
  assert.deepEqual(faults.smtp.list(), []);
  assert.equal(faults.graph.list().length, 1);
});

test('every preset can be programmed', async (t) => {
  const { faults } = await stage(t);
  const scripts = new Map<string, ProgrammableFaults>(Object.entries(faults));
  for (const { simulator, fault } of FAULT_PRESETS) scripts.get(simulator)?.program(fault);
  assert.equal([...scripts.values()].flatMap((script) => script.list()).length, FAULT_PRESETS.length);
});

test('every kind of fault has a note', async (t) => {
  const { faults } = await stage(t);
  for (const [simulator, script] of Object.entries(faults)) {
    for (const kind of Object.keys(script.kinds()))
      assert.ok(FAULT_NOTES.has(`${simulator}/${kind}`), `${simulator}/${kind}`);
  }
});
