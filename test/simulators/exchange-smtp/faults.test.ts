import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  SMTP_PHASES,
  type SmtpFault,
  type SmtpPhase,
} from '../../../infra/simulators/exchange-smtp/faults.ts';
import { xoauth2, type SmtpClient } from './smtp-client.ts';
import { ALERTS, stage, TOKEN } from './stage.ts';

const MESSAGE = `From: ${ALERTS}\r\nSubject: Hello\r\n\r\nhello\r\n.`;

/** Walks through a whole submission and notes the reply to each phase; stops at `(closed)` or after `silenceAfter`. */
async function walk(
  client: SmtpClient,
  stopAt?: SmtpPhase,
  isSilent = true,
): Promise<Map<SmtpPhase, string>> {
  const said = new Map<SmtpPhase, string>();
  const steps: [SmtpPhase, () => Promise<string>][] = [
    ['banner', () => client.reply()],
    ['ehlo', () => client.say('EHLO client.example')],
    [
      'starttls',
      async () => {
        try {
          await client.startTls();
          return '220';
        } catch (error) {
          return error instanceof Error ? error.message : '';
        }
      },
    ],
    [
      'auth',
      async () => {
        await client.say('EHLO client.example');
        return client.say(`AUTH XOAUTH2 ${xoauth2(ALERTS, TOKEN)}`);
      },
    ],
    ['mail', () => client.say(`MAIL FROM:<${ALERTS}>`)],
    ['rcpt', () => client.say('RCPT TO:<a@b.example>')],
    ['data', () => client.say('DATA')],
    ['dot', () => client.say(MESSAGE)],
    ['quit', () => client.say('QUIT')],
  ];
  for (const [phase, step] of steps) {
    const reply = step();
    if (phase === stopAt) {
      said.set(phase, await (isSilent ? Promise.race([reply, silence()]) : reply));
      break;
    }
    said.set(phase, await reply);
    if ((await reply) === '(closed)') break;
  }
  return said;
}

function silence(): Promise<string> {
  return new Promise((done) => {
    setTimeout(done, 60, '(silence)');
  });
}

/** `body` has no reply of its own: what is said there is heard at the dot. */
function heardAt(phase: SmtpPhase): SmtpPhase {
  return phase === 'body' ? 'dot' : phase;
}

for (const at of SMTP_PHASES) {
  test(`at ${at}: cut, silent, 421 and any other reply`, async (t) => {
    const { client, faults, store } = await stage(t);
    const heard = async (fault: SmtpFault, stop?: SmtpPhase): Promise<string | undefined> => {
      faults.add(fault);
      const said = await walk(client(), stop, fault.kind === 'hang');
      assert.deepEqual(faults.list(), []);
      return said.get(heardAt(at));
    };
    assert.equal(await heard({ kind: 'drop', at }), '(closed)');
    assert.equal(await heard({ kind: 'hang', at }, heardAt(at)), '(silence)');
    assert.equal(await heard({ kind: 'unavailable', at }), '421 4.3.2 Service not available');
    assert.match((await heard({ kind: 'busy', at }, heardAt(at))) ?? '', /^451 4\.7\.500 Server busy\./u);
    assert.equal(await heard({ kind: 'reply', at, text: '599 9.9.9 No' }, heardAt(at)), '599 9.9.9 No');
    // Quitting comes after the fact; everything before it must have left nothing behind.
    assert.equal(store.accepted, at === 'quit' ? 5 : 0);
  });
}

test('a 421 ends the connection, a slow answer comes all the same', async (t) => {
  const { client, faults, store } = await stage(t);
  faults.add({ kind: 'unavailable', at: 'rcpt' });
  const said = await walk(client());
  assert.equal([...said.values()].at(-1), '(closed)');
  faults.add({ kind: 'slow', at: 'mail', ms: 20 }, { kind: 'slow', at: 'body', ms: 20 });
  assert.match((await walk(client())).get('dot') ?? '', /^250 /u);
  assert.equal(store.accepted, 1);
});

test('after the dot the message may have been taken or not', async (t) => {
  const { client, faults, store } = await stage(t);
  faults.add({ kind: 'drop', at: 'dot', accepted: true });
  assert.equal((await walk(client())).get('dot'), '(closed)');
  assert.equal(store.accepted, 1);
  faults.add({ kind: 'hang', at: 'dot', accepted: true });
  assert.equal((await walk(client(), 'dot')).get('dot'), '(silence)');
  assert.equal(store.accepted, 2);
  faults.add({ kind: 'drop', at: 'dot', accepted: false });
  await walk(client());
  assert.equal(store.accepted, 2);
});

test('a message can be cut in its middle, after so many bytes', async (t) => {
  const { loggedIn, faults, store } = await stage(t);
  const c = await loggedIn();
  faults.add({ kind: 'drop', at: 'body', afterBytes: 1_000_000 });
  await c.begin(ALERTS, 'a@b.example');
  c.send(Buffer.alloc(900_000, 'x'));
  assert.equal(await Promise.race([c.reply(), silence()]), '(silence)');
  c.send(Buffer.alloc(200_000, 'x'));
  assert.equal(await c.reply(), '(closed)');
  assert.equal(store.accepted, 0);
});

test('the refusals of Exchange can be had for the asking', async (t) => {
  const { client, faults, store } = await stage(t);
  const expected: [SmtpFault, SmtpPhase, RegExp][] = [
    [{ kind: 'reject-token' }, 'auth', /^535 5\.7\.3 Authentication unsuccessful \[/u],
    [{ kind: 'smtp-auth-disabled' }, 'auth', /^535 5\.7\.139 .* disabled for the Tenant\./u],
    [{ kind: 'too-many-connections' }, 'dot', /^432 4\.3\.2 Concurrent connections limit exceeded\./u],
    [
      { kind: 'quota-exceeded' },
      'dot',
      /^554 5\.2\.0 STOREDRV\.Submission\.Exception:SubmissionQuotaExceeded/u,
    ],
    [{ kind: 'mailbox-blocked' }, 'dot', /^554 5\.2\.0 .*WASCL UserAction verdict is not None/u],
  ];
  for (const [fault, phase, reply] of expected) {
    faults.add(fault);
    assert.match((await walk(client())).get(phase) ?? '', reply);
  }
  assert.equal(store.accepted, 0);
});

test('single recipients can be refused, the others stay', async (t) => {
  const { loggedIn, faults, store } = await stage(t);
  faults.program({ kind: 'reject-recipient', address: 'Bad@b.example', text: '550 5.1.1 No such user' });
  const c = await loggedIn();
  await c.say(`MAIL FROM:<${ALERTS}>`);
  assert.match(await c.say('RCPT TO:<good@b.example>'), /^250 /u);
  assert.equal(await c.say('RCPT TO:<bad@b.example>'), '550 5.1.1 No such user');
  await c.say('DATA');
  assert.match(await c.say(MESSAGE), /^250 /u);
  assert.deepEqual(store.list()[0]?.envelope.to, ['good@b.example']);
});

test('faults from outside are checked', async (t) => {
  const { faults } = await stage(t);
  assert.throws(
    () => faults.program({ kind: 'drop', at: 'lunch' }),
    /"at" of the fault "drop" must be one of: banner, /u,
  );
  assert.throws(
    () => faults.program({ kind: 'slow', at: 'dot' }),
    /"ms" of the fault "slow" must be a number/u,
  );
});
