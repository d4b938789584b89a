/**
 * The message as it is stored: whatever was submitted, a redirected one reaches nobody but its target, and no header breaks a line.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import type { SendingMode } from '../../shared/access/mode.ts';
import { recipients, type Message } from '../../shared/message/message.ts';
import { toMailOptions } from '../../shared/message/mime.ts';
import { graphForm } from '../../shared/delivery/graph-form.ts';
import { outgoing } from '../../shared/submission/outgoing.ts';
import { exampleMessage } from '../outbox/example.ts';
import { parse } from './submitted.ts';

const redirect: SendingMode = { kind: 'redirect', to: { address: 'trap@contoso.com' } };
const none = () => undefined;
const make = (
  message: Message,
  mode: SendingMode = redirect,
  header: (name: string) => string | undefined = none,
) => outgoing({ message, attachments: [], tags: [], metadata: {} }, mode, header);

test('a redirected message shows to whom it was written, and goes to one address', () => {
  const message = exampleMessage({
    to: [{ address: 'ann@example.com', name: 'Ann' }],
    cc: [{ address: "o'neil&co@example.com" }],
    bcc: [{ address: 'secret@example.com' }],
    text: 'Hello',
    html: '<!doctype html><html><body class="a>b"><p>Hello</p></body></html>',
  });
  const { message: sent, original } = make(message);
  assert.deepEqual(recipients(sent), [{ address: 'trap@contoso.com' }]);
  assert.deepEqual([sent.cc, sent.bcc], [[], []]);
  assert.deepEqual(original?.bcc, [{ address: 'secret@example.com' }]);
  const note = "It was for: to ann@example.com; cc o'neil&co@example.com; bcc secret@example.com";
  assert.ok(sent.text?.startsWith(`Redirected by Postrider. ${note}\n\nHello`));
  assert.match(sent.html ?? '', /<body class="a>.*o&#39;neil&amp;co@example\.com.*<p>Hello<\/p>/s);
  assert.deepEqual(sent.headers, [
    { name: 'X-Postrider-Original-To', value: "ann@example.com, o'neil&co@example.com, secret@example.com" },
  ]);
});

test('the headers of ours are among those that Graph takes', () => {
  const own = ['A', 'B', 'C', 'D', 'E'].map((name) => ({ name: `X-${name}`, value: '1' }));
  const message = exampleMessage({ headers: own, saveToSentItems: false });
  const { message: sent } = make(message, redirect, (name) => (name === 'x-postrider-hop' ? '1' : undefined));
  const form = graphForm(sent, 'alerts@contoso.com', []);
  assert.ok(form.ok && form.form === 'sendMail-json');
  assert.deepEqual(
    form.headers.map(({ name }) => name),
    ['X-Postrider-Original-To', 'X-Postrider-Hop', 'X-A', 'X-B'],
  );
});

test('a message of the first hop carries no mark, so that the submitter has the room', () => {
  assert.deepEqual(make(exampleMessage(), { kind: 'live' }).message.headers, []);
  const again = make(exampleMessage(), { kind: 'live' }, (name) =>
    name === 'x-postrider-hop' ? '2' : undefined,
  );
  assert.deepEqual(again.message.headers, [{ name: 'X-Postrider-Hop', value: '3' }]);
  assert.equal(again.hop, 3);
});

test('five hundred recipients fit into a line of a header and a line on top', () => {
  const to = Array.from({ length: 500 }, (_, i) => ({
    address: `${'recipient'.repeat(5)}-${i}@example.com`,
  }));
  const { message } = make(exampleMessage({ to }));
  assert.ok((message.headers[0]?.value.length ?? 0) < 900);
  assert.match(message.headers[0]?.value ?? '', / and \d+ more$/);
  assert.match(message.text ?? '', /and \d+ more\n\n/);
});

const address = fc
  .tuple(
    fc.stringMatching(/^[a-z0-9'+&=-]{1,12}$/),
    fc.constantFrom('example.com', 'contoso.com', 'a.example'),
  )
  .map(([local, domain]) => `${local}@${domain}`);
const addresses = fc.array(address, { maxLength: 4 });
const anyText = fc.string({ unit: 'binary', maxLength: 60 });

test('whatever is submitted, no redirected mail has an original recipient in its envelope or its headers of address', async () => {
  await fc.assert(
    fc.asyncProperty(addresses, addresses, addresses, anyText, async (to, cc, bcc, html) => {
      const parsed = parse({ from: 'ann@example.com', to, cc, bcc, subject: 's', html, text: html });
      if (!parsed.ok) return;
      const { message } = outgoing(parsed.value, redirect, none);
      assert.deepEqual(recipients(message), [{ address: 'trap@contoso.com' }]);
      const mail = new MailComposer(
        toMailOptions({ messageId: '<a@b.example>', date: new Date(0), message }, []),
      );
      assert.deepEqual(mail.compile().getEnvelope().to, ['trap@contoso.com']);
    }),
    { numRuns: 100 },
  );
});

/** Header fields of ours and nodemailer's, by their names. */
const known =
  /^(?:From|To|Cc|Bcc|Reply-To|Subject|Message-ID|Date|MIME-Version|Content-[A-Za-z-]+|X-[A-Za-z-]+|Importance)$/;

test('no input makes a line break in any header', async () => {
  const spiked = fc.oneof(
    anyText,
    fc.constantFrom('\r\nBcc: evil@example.org', '\nX: y', '\r', '\u2028z', '\u0085q'),
  );
  const value = fc.tuple(anyText, spiked).map(([one, other]) => `${one}${other}`);
  await fc.assert(
    fc.asyncProperty(
      value,
      value,
      value,
      value,
      fc.boolean(),
      async (subject, name, field, hop, redirected) => {
        const parsed = parse({
          from: `"${name.replaceAll(/["\\]/g, '')}" <ann@example.com>`,
          to: 'bo@example.com',
          subject,
          text: 't',
          headers: { 'X-A': field },
        });
        if (!parsed.ok) return;
        const header = (asked: string) => (asked === 'x-postrider-hop' ? `1, ${hop}` : undefined);
        const { message } = outgoing(parsed.value, redirected ? redirect : { kind: 'live' }, header);
        const options = toMailOptions({ messageId: '<a@b.example>', date: new Date(0), message }, []);
        const mime = (await new MailComposer(options).compile().build()).toString();
        const head = mime.slice(0, mime.indexOf('\r\n\r\n'));
        for (const line of head.split('\r\n')) {
          if (/^[ \t]/.test(line)) continue;
          assert.match(line.slice(0, line.indexOf(':')), known, JSON.stringify(line));
          assert.doesNotMatch(line, /[\r\n]/);
        }
        assert.doesNotMatch(head, /^Bcc:/m);
      },
    ),
    { numRuns: 300 },
  );
});
