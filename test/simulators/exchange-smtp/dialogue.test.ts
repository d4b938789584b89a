import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { xoauth2 } from './smtp-client.ts';
import { ALERTS, OTHER_APPS_TOKEN, stage, TOKEN } from './stage.ts';

test('the dialogue is the one of smtp.office365.com', async (t) => {
  const { client, store } = await stage(t);
  const c = client();
  assert.match(
    await c.reply(),
    /^220 \w+\.outlook\.office365\.com Microsoft ESMTP MAIL Service ready at \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000 \[08[0-9A-F]{14}\]$/u,
  );
  const before = await c.say('EHLO client.example');
  assert.match(before, /^250-\w+\.outlook\.office365\.com Hello \[127\.0\.0\.1\]\n/u);
  assert.deepEqual(before.split('\n').slice(1), [
    '250-SIZE 157286400',
    '250-PIPELINING',
    '250-DSN',
    '250-ENHANCEDSTATUSCODES',
    '250-STARTTLS',
    '250-8BITMIME',
    '250-BINARYMIME',
    '250-CHUNKING',
    '250 SMTPUTF8',
  ]);
  await c.startTls();
  const after = await c.say('EHLO client.example');
  assert.deepEqual(
    after.split('\n').slice(1),
    before.replace('STARTTLS', 'AUTH LOGIN XOAUTH2').split('\n').slice(1),
  );
  assert.equal(await c.say(`AUTH XOAUTH2 ${xoauth2(ALERTS, TOKEN)}`), '235 2.7.0 Authentication successful');
  assert.equal(
    await c.say(`MAIL FROM:<${ALERTS}> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=q1`),
    '250 2.1.0 Sender OK',
  );
  assert.equal(
    await c.say('RCPT TO:<Ops@fabrikam.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;Ops@fabrikam.example'),
    '250 2.1.5 Recipient OK',
  );
  assert.equal(await c.say('DATA'), '354 Start mail input; end with <CRLF>.<CRLF>');
  c.send(`From: "Alerts" <${ALERTS}>\r\nSubject: Dots\r\n\r\n..leading\r\n...\r\n.\r\n`);
  const accepted = await c.reply();
  const id =
    /^250 2\.0\.0 OK (<[0-9A-F]+@\w+\.prod\.outlook\.com>) \[Hostname=\w+\.\w+\.prod\.outlook\.com\]$/u.exec(
      accepted,
    )?.[1];
  assert.ok(id, accepted);
  assert.equal(await c.say('QUIT'), '221 2.0.0 Service closing transmission channel');
  assert.equal(await c.reply(), '(closed)');

  const [mail] = store.list();
  assert.equal(
    mail?.mime.toString(),
    `From: "Alerts" <${ALERTS}>\r\nSubject: Dots\r\n\r\n.leading\r\n..\r\n`,
  );
  assert.deepEqual(mail.envelope, { from: ALERTS, to: ['Ops@fabrikam.example'] });
  assert.equal(mail.via, 'smtp');
  assert.equal(mail.mailbox, ALERTS);
  assert.equal(mail.serverMessageId, id);
});

test('nothing goes before its time', async (t) => {
  const { client } = await stage(t);
  const c = client();
  await c.reply();
  assert.match(await c.say('MAIL FROM:<a@contoso.example>'), /^503 5\.5\.2 Send hello first/u);
  await c.say('EHLO client.example');
  assert.match(
    await c.say('MAIL FROM:<a@contoso.example>'),
    /^451 5\.7\.3 STARTTLS is required to send mail/u,
  );
  assert.match(await c.say(`AUTH XOAUTH2 ${xoauth2(ALERTS, TOKEN)}`), /^504 5\.7\.4 /u);
  await c.startTls();
  assert.match(await c.say(`AUTH XOAUTH2 ${xoauth2(ALERTS, TOKEN)}`), /^503 5\.5\.2 Send hello first/u);
  await c.say('EHLO client.example');
  assert.match(await c.say(`MAIL FROM:<${ALERTS}>`), /^530 5\.7\.57 Client not authenticated to send mail/u);
  await c.say(`AUTH XOAUTH2 ${xoauth2(ALERTS, TOKEN)}`);
  assert.match(await c.say('RCPT TO:<a@b.example>'), /^503 5\.5\.2 Need mail command/u);
  assert.match(await c.say('DATA'), /^503 5\.5\.2 Need mail command/u);
  await c.say(`MAIL FROM:<${ALERTS}>`);
  assert.match(await c.say('DATA'), /^503 5\.5\.2 Need rcpt command/u);
  assert.match(await c.say('FNORD'), /^500 5\.3\.3 Unrecognized command 'FNORD'/u);
});

test('what a stranger slips in before the handshake is not read after it', async (t) => {
  const { client } = await stage(t);
  const c = client();
  await c.reply();
  await c.say('EHLO client.example');
  await c.startTls(undefined, '\r\nEHLO stranger.example');
  assert.equal(await c.say('NOOP'), '250 2.0.0 OK');
});

test('XOAUTH2 works after an empty challenge, with an alias, and can be called off', async (t) => {
  const { client } = await stage(t);
  const c = client();
  await c.reply();
  await c.say('EHLO client.example');
  await c.startTls();
  await c.say('EHLO client.example');
  assert.equal(await c.say('AUTH XOAUTH2'), '334');
  assert.match(await c.say('*'), /^501 5\.7\.0 /u);
  assert.equal(await c.say('AUTH XOAUTH2'), '334');
  assert.match(await c.say(xoauth2('ALARM@contoso.example', TOKEN)), /^235 /u);
});

test('every reason to refuse a login has the reply of Exchange, at once and without a challenge', async (t) => {
  const { client, store } = await stage(t);
  const refused =
    /^535 5\.7\.3 Authentication unsuccessful \[\w+\.\w+\.prod\.outlook\.com [\d:.TZ-]+ 08[0-9A-F]{14}\]$/u;
  const c = client();
  await c.reply();
  await c.say('EHLO client.example');
  await c.startTls();
  await c.say('EHLO client.example');
  assert.match(await c.say(`AUTH XOAUTH2 ${xoauth2(ALERTS, 'stale')}`), refused);
  assert.match(await c.say(`AUTH XOAUTH2 ${xoauth2(ALERTS, OTHER_APPS_TOKEN)}`), refused);
  assert.match(await c.say(`AUTH XOAUTH2 ${xoauth2('nobody@contoso.example', TOKEN)}`), refused);
  assert.match(await c.say('AUTH XOAUTH2 !!!'), refused);
  assert.match(
    await c.say(`AUTH XOAUTH2 ${xoauth2('off@contoso.example', TOKEN)}`),
    /^535 5\.7\.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox\. Visit https:\/\/aka\.ms\/smtp_auth_disabled/u,
  );
  assert.equal(await c.say('AUTH LOGIN'), '334 VXNlcm5hbWU6');
  assert.equal(await c.say('YQ=='), '334 UGFzc3dvcmQ6');
  assert.match(await c.say('YQ=='), /^535 5\.7\.139 .*basic authentication is disabled/u);
  assert.match(await c.say(`MAIL FROM:<${ALERTS}>`), /^530 /u);
  assert.equal(store.accepted, 0);
});

test('a foreign From is refused at the end of DATA, unless a right is given', async (t) => {
  const { loggedIn, store } = await stage(t);
  const c = await loggedIn();
  await c.begin(ALERTS, 'a@b.example');
  assert.match(
    await c.say('From: The Boss\r\n <boss@contoso.example>\r\n\r\nhello\r\n.'),
    /^554 5\.2\.252 SendAsDenied; alerts@contoso\.example not allowed to send as boss@contoso\.example; STOREDRV\.Submission/u,
  );
  await c.begin('boss@contoso.example', 'a@b.example');
  assert.match(await c.say(`From: ${ALERTS}\r\n\r\nhello\r\n.`), /^554 5\.2\.252 SendAsDenied/u);
  await c.begin(ALERTS, 'a@b.example');
  assert.match(await c.say('From: shop@contoso.example\r\n\r\nhello\r\n.'), /^250 /u);
  assert.equal(store.accepted, 1);
});

test('a fourth transaction of one mailbox is refused at its end, and only then', async (t) => {
  const { loggedIn, store } = await stage(t);
  const clients = await Promise.all([loggedIn(), loggedIn(), loggedIn(), loggedIn()]);
  const [first, , , fourth] = clients;
  for (const c of clients) assert.match(await c.begin(ALERTS, 'a@b.example'), /^354 /u);
  assert.match(
    (await fourth?.say(`From: ${ALERTS}\r\n\r\nhello\r\n.`)) ?? '',
    /^432 4\.3\.2 Concurrent connections limit exceeded\. Visit https:\/\/aka\.ms\/concurrent_sending/u,
  );
  assert.match((await first?.say(`From: ${ALERTS}\r\n\r\nhello\r\n.`)) ?? '', /^250 /u);
  await fourth?.begin(ALERTS, 'a@b.example');
  assert.match((await fourth?.say(`From: ${ALERTS}\r\n\r\nhello\r\n.`)) ?? '', /^250 /u);
  assert.equal(store.accepted, 2);
});

test('a client that leaves in the middle gives its place back', async (t) => {
  const { loggedIn } = await stage(t, { maxSubmissions: 1 });
  const first = await loggedIn();
  await first.begin(ALERTS, 'a@b.example');
  first.send('From: half a mess');
  first.close();
  const second = await loggedIn();
  for (let attempt = 0; ; attempt += 1) {
    await second.begin(ALERTS, 'a@b.example');
    const said = await second.say(`From: ${ALERTS}\r\n\r\nhello\r\n.`);
    if (said.startsWith('250')) break;
    assert.ok(attempt < 200, said);
    await new Promise((done) => setTimeout(done, 5));
  }
});

test('sizes are held: announced, on DATA and on BDAT', async (t) => {
  const { loggedIn, store } = await stage(t, { maxBytes: 1000 });
  const c = await loggedIn();
  assert.match(
    await c.say(`MAIL FROM:<${ALERTS}> SIZE=1001`),
    /^552 5\.3\.4 Message size exceeds fixed maximum message size/u,
  );
  await c.begin(ALERTS, 'a@b.example');
  const head = `From: ${ALERTS}\r\n\r\n`;
  assert.match(await c.say(`${head}${'x'.repeat(1000)}\r\n.`), /^552 5\.3\.4 /u);
  await c.begin(ALERTS, 'a@b.example');
  assert.match(await c.say(`${head}${'x'.repeat(1000 - head.length - 2)}\r\n.`), /^250 /u);
  await c.say(`MAIL FROM:<${ALERTS}>`);
  await c.say('RCPT TO:<a@b.example>');
  c.send(`BDAT 1001 LAST\r\n${'x'.repeat(1001)}`);
  assert.match(await c.reply(), /^552 5\.3\.4 /u);
  assert.equal(store.list()[0]?.mime.length, 1000);
});

test('a message may come in pieces, with everything said at once', async (t) => {
  const { loggedIn, store } = await stage(t);
  const c = await loggedIn();
  const head = `From: ${ALERTS}\r\n\r\n`;
  c.send(
    `MAIL FROM:<${ALERTS}> BODY=BINARYMIME\r\nRCPT TO:<a@b.example>\r\nBDAT ${head.length}\r\n${head}` +
      'BDAT 5 LAST\r\n\n.\r\nxNOOP\r\n',
  );
  assert.match(await c.reply(), /^250 2\.1\.0 /u);
  assert.match(await c.reply(), /^250 2\.1\.5 /u);
  assert.match(await c.reply(), /^250 2\.6\.0 CHUNK received OK/u);
  assert.match(await c.reply(), /^250 2\.0\.0 OK </u);
  assert.match(await c.reply(), /^250 2\.0\.0 OK$/u);
  assert.equal(store.list()[0]?.mime.toString(), `${head}\n.\r\nx`);
});

test('addresses must be addresses, and only SMTPUTF8 lets others than ASCII in', async (t) => {
  const { loggedIn } = await stage(t, { maxRecipients: 2 });
  const c = await loggedIn();
  assert.match(await c.say('MAIL FROM:alerts'), /^501 5\.1\.7 /u);
  assert.match(await c.say('MAIL FROM:<alerts>'), /^501 5\.1\.7 /u);
  assert.match(await c.say(`MAIL FROM:<${ALERTS}> FOO=1`), /^501 5\.5\.4 /u);
  await c.say(`MAIL FROM:<${ALERTS}>`);
  assert.match(await c.say('RCPT TO:<grüße@b.example>'), /^501 5\.1\.3 /u);
  await c.say('RSET');
  await c.say(`MAIL FROM:<${ALERTS}> SMTPUTF8`);
  assert.match(await c.say('RCPT TO:<grüße@b.example>'), /^250 /u);
  assert.match(await c.say('RCPT TO:<a@b.example>'), /^250 /u);
  assert.match(await c.say('RCPT TO:<c@b.example>'), /^452 4\.5\.3 /u);
});

test('TLS below 1.2 and a line without an end are not served', async (t) => {
  const { client, port } = await stage(t);
  const c = client();
  await c.reply();
  await c.say('EHLO client.example');
  await assert.rejects(
    c.startTls({
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    }),
  );
  const flood = connect(port, '127.0.0.1');
  flood.on('error', () => undefined).resume();
  flood.write(Buffer.alloc(200_000, 'x'));
  await new Promise((done) => flood.once('close', done));
});
