import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliver } from './sample-mails.ts';
import { stage } from './stage.ts';

test('a summary and a whole message as JSON', async (t) => {
  const { store, get } = await stage(t);
  const id = await deliver(
    store,
    {
      from: 'Shop <shop@contoso.com>',
      to: 'Emma <emma@b.example>',
      bcc: 'hidden@b.example',
      subject: 'Grüße',
      text: 'Hello\nthere',
      html: '<p>Hello there</p>',
      attachments: [{ filename: 'a.txt', content: 'abc' }],
    },
    { via: 'smtp', serverMessageId: '<1@x.prod.outlook.com>' },
  );
  const list: unknown = await (await get('/api/v1/messages')).json();
  const { acceptedAt, mime } = store.get(id) ?? {};
  const summary = {
    id,
    acceptedAt,
    via: 'smtp',
    mailbox: 'alerts@contoso.com',
    from: { name: 'Shop', address: 'shop@contoso.com' },
    subject: 'Grüße',
    snippet: 'Hello there',
    size: mime?.length,
  };
  const everyone = [
    { name: 'Emma', address: 'emma@b.example' },
    { name: '', address: 'hidden@b.example' },
  ];
  assert.deepEqual(list, { accepted: 1, total: 1, messages: [{ ...summary, to: everyone, attachments: 1 }] });

  const { headers, date, ...others } = asRecord(await (await get(`/api/v1/message/${id}`)).json());
  assert.ok(Array.isArray(headers) && headers.length > 5);
  assert.match(String(date), /^\d{4}-\d\d-\d\dT/u);
  assert.deepEqual(others, {
    ...summary,
    to: everyone.slice(0, 1),
    cc: [],
    bcc: everyone.slice(1),
    replyTo: [],
    envelope: { from: 'alerts@contoso.com', to: ['emma@b.example', 'hidden@b.example'] },
    serverMessageId: '<1@x.prod.outlook.com>',
    text: 'Hello\nthere\n',
    html: '<p>Hello there</p>\n',
    attachments: [
      {
        filename: 'a.txt',
        mimeType: 'text/plain',
        size: 3,
        sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        inline: false,
        href: `/message/${id}/part/0?download`,
      },
    ],
  });
  const raw = await get(`/api/v1/message/${id}/raw`);
  assert.equal(raw.headers.get('content-type'), 'message/rfc822');
  assert.ok(mime?.equals(Buffer.from(await raw.arrayBuffer())));
});

async function subjects(answer: Response): Promise<readonly unknown[]> {
  const { messages } = asRecord(await answer.json());
  assert.ok(Array.isArray(messages));
  return messages.map((message) => asRecord(message)['subject']);
}

function asRecord(value: unknown): Record<string, unknown> {
  assert.ok(typeof value === 'object' && value !== null);
  return { ...value };
}

test('waiting ends with the first mail that matches, and with no other', async (t) => {
  const { store, get } = await stage(t);
  await deliver(store, { to: 'emma@b.example', subject: 'Before' });
  const waiting = get('/api/v1/messages?wait=30s&to=EMMA@b.example&subject=hello');
  await deliver(store, { to: 'emma@b.example', subject: 'Other' });
  await deliver(store, { to: 'other@b.example', subject: 'Hello other' });
  assert.equal(
    await Promise.race([waiting, new Promise((done) => setTimeout(done, 150, 'waiting'))]),
    'waiting',
  );
  await deliver(store, { to: 'emma@b.example', subject: 'Hello Emma' });
  assert.deepEqual(await subjects(await waiting), ['Hello Emma']);
  assert.deepEqual(await subjects(await get('/api/v1/messages?wait=30s&subject=before')), ['Before']);
});

test('waiting ends when the time is over, with nothing', async (t) => {
  const { get } = await stage(t);
  const answer = await get('/api/v1/messages?wait=50ms&subject=never');
  assert.equal(answer.status, 200);
  assert.deepEqual(await subjects(answer), []);
});

test('one who stops waiting is forgotten', async (t) => {
  const { store, get } = await stage(t);
  const gone = new AbortController();
  const waiting = get('/api/v1/messages?wait=60s&subject=never', { signal: gone.signal });
  setTimeout(() => gone.abort(), 30);
  await assert.rejects(waiting, { name: 'AbortError' });
  await deliver(store, { to: 'a@b.example', subject: 'Later' });
  assert.deepEqual(await subjects(await get('/api/v1/messages')), ['Later']);
});

test('mistakes are told', async (t) => {
  const { get } = await stage(t);
  for (const query of ['wait=soon', 'wait=61s', 'wait=-1', 'limit=x']) {
    const answer = await get(`/api/v1/messages?${query}`);
    assert.equal(answer.status, 400, query);
    assert.match(await answer.text(), /"error": "/u);
  }
  assert.equal((await get('/api/v1/message/none')).status, 404);
  assert.equal((await get('/api/v2/messages')).status, 404);
  assert.equal((await get('/api/v1/messages', { method: 'PUT' })).status, 405);
});

test('limit cuts the list, DELETE empties it', async (t) => {
  const { store, get } = await stage(t);
  for (const subject of ['One', 'Two', 'Three']) await deliver(store, { to: 'a@b.example', subject });
  assert.deepEqual(await subjects(await get('/api/v1/messages?limit=2')), ['Three', 'Two']);
  assert.equal((await get('/api/v1/messages', { method: 'DELETE' })).status, 204);
  assert.equal(store.size, 0);
});
