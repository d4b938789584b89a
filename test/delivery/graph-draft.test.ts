/** Messages too large for sendMail: drafts and upload sessions, and what can go wrong between them. */
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { promisify } from 'node:util';
import PostalMime from 'postal-mime';
import type { GraphFault } from '../../infra/simulators/graph/faults.ts';
import type { Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { createTokenSource } from '../../shared/delivery/entra.ts';
import { readJson } from '../../shared/delivery/graph-answer.ts';
import { createGraphClient, type GraphClient } from '../../shared/delivery/graph-client.ts';
import { createGraphTransport } from '../../shared/delivery/graph.ts';
import type { Outcome } from '../../shared/delivery/outcome.ts';
import type { DraftNote, OutgoingMessage, TokenSource, Transport } from '../../shared/delivery/transport.ts';
import type { Config } from '../../shared/platform/config.ts';
import { overWhen } from '../over-when.ts';
import { configFor, movableClock, noDraft, outgoing, patience, startStage } from './stage.ts';

const MB = 1024 * 1024;
const mailbox = 'alerts@contoso.com';
const clock = movableClock();
const big = randomBytes(7 * MB);

let m365: Microsoft365;
let config: Config;
let tokens: TokenSource;
let client: GraphClient;
let graph: Transport;

before(async () => {
  m365 = await startStage({
    roles: ['Mail.Send', 'Mail.ReadWrite'],
    graph: { uploadBudget: 10_000 * MB },
  });
  config = { ...configFor(m365), graphPermissions: ['Mail.ReadWrite'] };
  tokens = createTokenSource({ config, clock });
  client = createGraphClient({ config, tokens, clock });
  graph = createGraphTransport({ config, tokens, clock });
});
beforeEach(() => {
  m365.graph.settings.uploadSpelling = 'mixed';
});
afterEach(() => {
  m365.faults.graph.clear();
  m365.store.clear();
});
after(async () => {
  client.close();
  await graph.close();
  await m365.stop();
});

const withFile = (content = big): OutgoingMessage => outgoing({}, [{ filename: 'report.pdf', content }]);

/** A row that remembers, and whether the claim still holds. */
function row(draft?: string, holds = true): DraftNote & { readonly notes: (string | undefined)[] } {
  const notes: (string | undefined)[] = [];
  return {
    notes,
    ...(draft === undefined ? {} : { draft }),
    repeated: false,
    note(id) {
      notes.push(id);
      return Promise.resolve(holds);
    },
  };
}

const send = (mail = withFile(), drafts: DraftNote = row(), signal = patience()): Promise<Outcome> =>
  graph.send(mail, signal, drafts);

async function sendUnder(faults: readonly GraphFault[], drafts: DraftNote = row()): Promise<Outcome> {
  for (const fault of faults) m365.faults.graph.add(fault);
  return await send(withFile(), drafts);
}

async function list(folder: 'drafts' | 'sentitems'): Promise<readonly unknown[]> {
  const request = { method: 'GET', path: `/mailFolders/${folder}/messages?$top=1000` } as const;
  const reply = await client.ask(mailbox, request, patience());
  assert.ok(reply.kind === 'answered' && reply.response.ok);
  const { value } = await readJson(reply.response);
  assert.ok(Array.isArray(value));
  return value;
}

const digest = (bytes: Uint8Array | string | ArrayBuffer): string =>
  createHash('sha256')
    .update(bytes instanceof ArrayBuffer ? Buffer.from(bytes) : bytes)
    .digest('hex');

/** The only mail that was accepted, with its files by name. */
async function received() {
  const [mail, ...others] = m365.store.list();
  assert.ok(mail && others.length === 0, `${others.length + 1} mails`);
  const parsed = await PostalMime.parse(mail.mime);
  return { mail, parsed, files: new Map(parsed.attachments.map((file) => [file.filename, file])) };
}

const relayed = (outcome: Outcome) => {
  assert.ok(outcome.kind === 'relayed', JSON.stringify(outcome));
  return outcome;
};
const deferred = (outcome: Outcome) => {
  assert.ok(outcome.kind === 'deferred', JSON.stringify(outcome));
  return outcome;
};

test('a file of 30 MB arrives byte for byte, by a draft whose id was written down before it was sent', async () => {
  const file = randomBytes(30 * MB);
  const drafts = row();
  const { peak } = m365.graph.counts;
  const outcome = relayed(await send(withFile(file), drafts));
  const { mail, files, parsed } = await received();
  assert.equal(mail.via, 'graph-draft');
  assert.equal(outcome.trace.requestId, mail.requestId);
  assert.equal(digest(files.get('report.pdf')?.content ?? ''), digest(file));
  assert.ok(parsed.headers.some(({ key }) => key === 'x-postrider-id'));
  assert.equal(drafts.notes.length, 1);
  assert.ok(drafts.notes[0]);
  assert.equal(m365.graph.counts.peak, Math.max(peak, 1));
  assert.equal((await list('drafts')).length, 0);
});

test('two large files, small ones and an inline image come together', async () => {
  const [second, logo, middle] = [randomBytes(3 * MB), randomBytes(20_000), randomBytes(2.5 * MB)];
  const mail = outgoing({ html: '<img src="cid:logo">', from: { address: mailbox, name: 'Alerts' } }, [
    { filename: 'a.bin', content: big },
    { filename: 'logo.png', content: logo, contentId: 'logo' },
    { filename: 'b.bin', content: second },
    { filename: 'c.bin', content: middle },
    { filename: 'd.bin', content: middle },
  ]);
  relayed(await send(mail));
  const { files } = await received();
  const digests = Object.fromEntries([...files].map(([name, file]) => [name, digest(file.content)]));
  assert.deepEqual(digests, {
    'a.bin': digest(big),
    'b.bin': digest(second),
    'c.bin': digest(middle),
    'd.bin': digest(middle),
    'logo.png': digest(logo),
  });
  assert.equal(files.get('logo.png')?.contentId, '<logo>');
  assert.equal(files.get('logo.png')?.disposition, 'inline');
});

test('files of every size about 3 MB find a way', async () => {
  for (const size of [3_000_000, 3 * MB - 1000, 3 * MB - 1, 3 * MB, 3 * MB + 1]) {
    relayed(
      await send(
        outgoing(
          {},
          [1, 2].map((n) => ({ filename: `${n}.bin`, content: big.subarray(0, size) })),
        ),
      ),
    );
  }
});

test('a wish that a draft cannot carry is told', async () => {
  const mail = outgoing({ saveToSentItems: false }, [{ filename: 'a.bin', content: big }]);
  assert.match(relayed(await send(mail)).notCarried?.join() ?? '', /Sent Items/);
});

test('a broken range is resumed where the session says', async () => {
  for (const spelling of ['mixed', 'pascal'] as const) {
    m365.graph.settings.uploadSpelling = spelling;
    for (const kept of [true, false]) {
      relayed(await sendUnder([{ kind: 'break-range', after: 1_000_000, kept }]));
      const { files } = await received();
      assert.equal(digest(files.get('report.pdf')?.content ?? ''), digest(big));
      m365.store.clear();
    }
  }
});

test('a range whose answer was lost is not sent again', async () => {
  const { requests } = m365.graph.counts;
  relayed(await sendUnder([{ kind: 'accept-then-status', step: 'upload', status: 503, retryAfter: '0' }]));
  // Draft, session, two ranges, a question, and the sending.
  assert.equal(m365.graph.counts.requests - requests, 6);
  await received();
});

test('a pause that the service asks for is kept within the attempt when it is short, and by the queue when it is long', async () => {
  relayed(await sendUnder([{ kind: 'status', step: 'upload', status: 429, retryAfter: '0.3' }]));
  const outcome = deferred(
    await sendUnder([{ kind: 'status', step: 'upload', status: 429, retryAfter: '60' }]),
  );
  assert.deepEqual([outcome.fault, outcome.retryAfterSeconds], ['throttled', 60]);
  assert.equal((await list('drafts')).length, 0);
});

test('a session that is gone ends the attempt; the next begins anew', async () => {
  const drafts = row();
  assert.equal(deferred(await sendUnder([{ kind: 'session-gone' }], drafts)).fault, 'transient');
  assert.deepEqual([drafts.notes.length, drafts.notes[1]], [2, undefined]);
  assert.equal((await list('drafts')).length, 0);
  assert.equal(m365.store.size, 0);
  relayed(await send());
});

test('whatever fails before the sending is no doubt, and leaves no draft', async () => {
  for (const step of ['createDraft', 'attachment'] as const) {
    for (const fault of [
      { kind: 'status', status: 504 },
      { kind: 'status', status: 500 },
      { kind: 'reset-before' },
      { kind: 'reset-after-accept' },
    ] as const) {
      const outcome = deferred(await sendUnder([{ ...fault, step }]));
      assert.equal(outcome.fault, 'transient');
      assert.equal((await list('drafts')).length, 0, JSON.stringify([step, fault]));
    }
  }
});

test('a range that breaks again and again ends the attempt', async () => {
  const again = { kind: 'status', step: 'upload', status: 504, retryAfter: '0' } as const;
  relayed(await sendUnder([again, again, again]));
  const outcome = deferred(await sendUnder([again, again, again, again]));
  assert.equal(outcome.fault, 'transient');
  assert.equal((await list('drafts')).length, 0);
  assert.equal(m365.store.size, 1);
});

test('a sending that is refused for certain leaves no draft', async () => {
  for (const [status, code, kind] of [
    [400, 'ErrorInvalidRecipients', 'failed'],
    [403, 'ErrorSendAsDenied', 'failed'],
    [413, 'ErrorMessageSizeExceeded', 'failed'],
    [429, 'ApplicationThrottled', 'deferred'],
  ] as const) {
    const drafts = row();
    const outcome = await sendUnder(
      [{ kind: 'status', step: 'send', status, code, retryAfter: '5' }],
      drafts,
    );
    assert.equal(outcome.kind, kind);
    assert.equal(drafts.notes.at(-1), undefined);
    assert.equal((await list('drafts')).length, 0);
  }
  m365.graph.settings.maxMessageSize = 5 * MB;
  const outcome = await send();
  m365.graph.settings.maxMessageSize = 150 * MB;
  assert.ok(outcome.kind === 'failed');
  assert.match(outcome.reason, /MaxSendSize/);
});

test('a sending without an answer is in doubt, and its draft stays to tell', async () => {
  const already = (await list('drafts')).length;
  for (const fault of [
    { kind: 'status', status: 504 },
    { kind: 'accept-then-status', status: 504 },
    { kind: 'reset-after-accept' },
  ] as const) {
    const drafts = row();
    const outcome = await sendUnder([{ ...fault, step: 'send' }], drafts);
    assert.equal(outcome.kind, 'unknown', JSON.stringify(outcome));
    assert.equal(drafts.notes.length, 1);
  }
  assert.equal((await list('drafts')).length, already + 1);
});

test('an earlier draft that was sent is not sent again', async () => {
  const first = row();
  const mail = withFile();
  m365.faults.graph.add({ kind: 'accept-then-status', status: 504, step: 'send' });
  assert.equal((await send(mail, first)).kind, 'unknown');
  relayed(await send(mail, row(first.notes[0])));
  assert.equal(m365.store.size, 1);
});

test('an earlier draft that was not sent is deleted, and the message goes by a new one', async () => {
  const first = row();
  const mail = withFile();
  const already = (await list('drafts')).length;
  m365.faults.graph.add({ kind: 'status', status: 504, step: 'send' });
  assert.equal((await send(mail, first)).kind, 'unknown');
  const second = row(first.notes[0]);
  relayed(await send(mail, second));
  assert.notEqual(second.notes[0], first.notes[0]);
  assert.equal((await list('drafts')).length, already);
  assert.equal(m365.store.size, 1);
  relayed(await send(withFile(), row(first.notes[0])));
});

test('a draft of a worker that died before it wrote the id down is found by its tag and deleted', async () => {
  const mail = withFile();
  const already = (await list('drafts')).length;
  const dying = { repeated: false, note: () => Promise.reject(new Error('dies here')) };
  // A dead worker does not tidy up.
  m365.faults.graph.add({ kind: 'status', status: 503, step: 'delete' });
  await assert.rejects(send(mail, dying), /dies here/);
  assert.equal((await list('drafts')).length, already + 1);
  relayed(await send(mail, { ...row(), repeated: true }));
  assert.equal((await list('drafts')).length, already);
  assert.equal(m365.store.size, 1);
});

test('a worker that has lost its claim takes its draft away and does not send', async () => {
  const already = (await list('drafts')).length;
  const drafts = row(undefined, false);
  assert.equal(deferred(await send(withFile(), drafts)).fault, 'transient');
  assert.equal(drafts.notes.length, 1);
  assert.equal((await list('drafts')).length, already);
  assert.equal(m365.store.size, 0);
});

test('storage that cannot be written leaves no draft', async () => {
  const already = (await list('drafts')).length;
  const down = { repeated: false, note: () => Promise.reject(new Error('storage is down')) };
  await assert.rejects(send(withFile(), down), /storage is down/);
  assert.equal((await list('drafts')).length, already);
});

test('an attempt that runs out of time while uploading has not sent, and cleans up', async () => {
  const already = (await list('drafts')).length;
  m365.faults.graph.add({ kind: 'hang', step: 'upload' });
  const reached = overWhen(() => m365.faults.graph.list().length === 0);
  const outcome = deferred(await send(withFile(), row(), reached));
  assert.equal(outcome.fault, 'transient');
  assert.equal((await list('drafts')).length, already);
});

test('a file that cannot be read, or has another length, is tried again later', async () => {
  const already = (await list('drafts')).length;
  const mail = withFile();
  const broken = { ...mail, openAttachment: () => Promise.reject(new Error('gone')) };
  assert.match(deferred(await send(broken)).reason, /attachment/);
  for (const size of [big.length - 1, big.length + 1]) {
    const other = {
      ...mail.message,
      attachments: mail.message.attachments.map((file) => ({ ...file, size })),
    };
    deferred(await send({ ...mail, message: other }));
  }
  assert.equal((await list('drafts')).length, already);
  assert.equal(m365.store.size, 0);
});

test('without the permission the refusal names it and the setting, whether we know of it or Graph says so', async () => {
  const poor = createGraphTransport({
    config: { ...config, graphPermissions: ['Mail.Read'] },
    tokens,
    clock,
  });
  const outcome = await poor.send(withFile(), patience(), noDraft);
  assert.ok(outcome.kind === 'failed');
  assert.match(outcome.reason, /Mail\.ReadWrite.*POSTRIDER_GRAPH_PERMISSIONS/);
  const refused = deferred(
    await sendUnder([{ kind: 'status', step: 'createDraft', status: 403, code: 'ErrorAccessDenied' }]),
  );
  assert.equal(refused.fault, 'configuration');
  assert.match(refused.reason, /Mail\.ReadWrite.*POSTRIDER_GRAPH_PERMISSIONS/);
});

test('a token that is refused midway is renewed', async () => {
  relayed(
    await sendUnder([{ kind: 'status', status: 401, code: 'InvalidAuthenticationToken', step: 'send' }]),
  );
});

test('memory does not grow with the file', async () => {
  const settings = {
    POSTRIDER_TENANT_ID: m365.tenantId,
    POSTRIDER_CLIENT_ID: m365.clientId,
    POSTRIDER_CLIENT_SECRET: m365.clientSecret,
    POSTRIDER_LOGIN_URL: m365.urls.login,
    POSTRIDER_GRAPH_URL: m365.urls.graph,
    POSTRIDER_GRAPH_PERMISSIONS: 'Mail.ReadWrite',
  };
  const child = path.join(import.meta.dirname, 'fixtures/draft-memory.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    child,
    JSON.stringify({ settings, caPem: m365.caPem, size: 60 * MB }),
  ]);
  const grown = Number(stdout);
  assert.ok(grown > 0 && grown < 40 * MB, `grown by ${stdout} bytes`);
  assert.equal(m365.store.size, 2);
});
