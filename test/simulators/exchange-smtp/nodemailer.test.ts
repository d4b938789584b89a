import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createTransport, type Transporter } from 'nodemailer';
import { ALERTS, stage, TOKEN } from './stage.ts';

interface Target {
  readonly host: string;
  readonly port: number;
  readonly caPem: string;
}

function transport({ host, port, caPem }: Target, overrides: Record<string, unknown> = {}): Transporter {
  return createTransport({
    host,
    port,
    secure: false,
    requireTLS: true,
    tls: { ca: caPem, minVersion: 'TLSv1.2' },
    auth: { type: 'OAuth2', user: ALERTS, accessToken: TOKEN },
    ...overrides,
  });
}

test('nodemailer delivers over real TLS and reads the id that Microsoft gave', async (t) => {
  const target = await stage(t);
  const info: unknown = await transport(target).sendMail({
    from: `Alerts <${ALERTS}>`,
    to: 'grüße@münchen.example, ops@fabrikam.example',
    bcc: 'hidden@fabrikam.example',
    subject: 'Füße',
    text: '.\n..\nHello\n',
  });
  const [mail] = target.store.list();
  assert.deepEqual(mail?.envelope, {
    from: ALERTS,
    to: ['grüße@münchen.example', 'ops@fabrikam.example', 'hidden@fabrikam.example'],
  });
  assert.match(mail.mime.toString(), /\r\n\r\n\.\r\n\.\.\r\nHello\r\n$/u);
  assert.ok(typeof info === 'object' && info !== null && 'serverMessageId' in info);
  assert.equal(info.serverMessageId, mail.serverMessageId);
});

test('nodemailer trusts nobody without the authority', async (t) => {
  const target = await stage(t);
  await assert.rejects(
    transport(target, { tls: { minVersion: 'TLSv1.2' } }).sendMail({
      from: ALERTS,
      to: 'a@b.example',
      text: 'x',
    }),
    { code: 'ESOCKET' },
  );
  assert.equal(target.store.accepted, 0);
});

test('a bad token is an EAUTH with 535, after one attempt', async (t) => {
  const target = await stage(t);
  await assert.rejects(
    transport(target, { auth: { type: 'OAuth2', user: ALERTS, accessToken: 'stale' } }).sendMail({
      from: ALERTS,
      to: 'a@b.example',
      text: 'x',
    }),
    { code: 'EAUTH', responseCode: 535 },
  );
});

test('a cut after the dot looks the same whether the message was taken or not', async (t) => {
  const target = await stage(t);
  for (const accepted of [true, false]) {
    target.faults.add({ kind: 'drop', at: 'dot', accepted });
    await assert.rejects(transport(target).sendMail({ from: ALERTS, to: 'a@b.example', text: 'x' }), {
      command: 'CONN',
    });
  }
  assert.equal(target.store.accepted, 1);
});

test('a pool of three sends many mails, and a large attachment arrives unharmed', async (t) => {
  const target = await stage(t);
  const pool = transport(target, { pool: true, maxConnections: 3 });
  t.after(() => {
    pool.close();
  });
  const content = randomBytes(5_000_000);
  await Promise.all([
    pool.sendMail({
      from: ALERTS,
      to: 'a@b.example',
      subject: 'Large',
      attachments: [{ filename: 'a.bin', content }],
    }),
    ...Array.from({ length: 60 }, (_, index) =>
      pool.sendMail({ from: ALERTS, to: 'a@b.example', subject: `Mail ${index}`, text: 'hello' }),
    ),
  ]);
  assert.equal(target.store.accepted, 61);
  const large = target.store.list().find(({ mime }) => mime.length > 5_000_000);
  const base64 = /Content-Transfer-Encoding: base64\r\n[^]*?\r\n\r\n([^]*?)\r\n(?:--|$)/u.exec(
    large?.mime.toString('latin1') ?? '',
  )?.[1];
  assert.ok(content.equals(Buffer.from(base64 ?? '', 'base64')));
});
