/**
 * Every crash point that can be reached by wire: one bridge process and one message, kill -9 at the point, and a new process that
 * takes over. What follows is certain, and is held here: the copies, the timeline, what the submitter sees. The whole list, with what
 * is tested elsewhere, is docs/decisions/0010-crash-points.md.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text as read } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { openAccessStore } from '../../shared/access/store.ts';
import { makeWebhook, webhookEntropyBytes } from '../../shared/access/webhook.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { encodeEntry } from '../../shared/platform/queue.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import type { CrashPoint, Step } from '../torture/crash-points.ts';
import { crashPoints } from '../torture/crash-points.ts';
import type { Phase } from '../torture/http-proxy.ts';
import { buildApp } from '../torture/stage.ts';
import { crashCases, express, file, type CrashCase } from './crash-cases.ts';
import { setCrashStage, when, type CrashStage } from './crash-stage.ts';
import { sender } from './tenant.ts';

const nameOf = ({ at, but }: CrashCase): string => [...at, ...(but === undefined ? [] : [but])].join(', ');

const pointOf = (name: `${Step} ${Phase}`): Pick<CrashPoint, 'step' | 'phase'> => {
  const [step, phase] = name.split(' ') as [Step, Phase];
  return { step, phase };
};

let folder: string;
let app: string;
let stages = 0;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'postrider-crash-points-'));
  app = await buildApp(path.join(folder, 'app'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Plays on a stage of its own. */
async function on(
  options: Omit<Parameters<typeof setCrashStage>[0], 'app' | 'folder'>,
  act: (stage: CrashStage) => Promise<void>,
): Promise<void> {
  const stage = await setCrashStage({ ...options, app, folder: path.join(folder, `stage-${stages++}`) });
  try {
    await act(stage);
  } finally {
    await stage.stop();
  }
}

const rest = { from: sender, to: 'ops@example.com', text: 't' };
const mail = { ...rest, subject: 'Crash' };
const key = { 'idempotency-key': 'crash' };
const names = (events: readonly { readonly event: string }[]): string[] => events.map(({ event }) => event);

/** Waits until the process has met the fault, and kills it there. */
async function killInFault(stage: CrashStage, hang: NonNullable<CrashCase['hang']>): Promise<void> {
  const { faults } = stage.microsoft365;
  const script = 'smtp' in hang ? faults.smtp : faults.graph;
  const least = 'smtp' in hang && 'accepted' in hang.smtp ? 1 : 0;
  const met = () => script.list().length === 0 && stage.copies(mail.subject) >= least;
  await when(met, 'the fault is met');
  stage.cell.kill();
}

async function warmUp(stage: CrashStage): Promise<void> {
  const { json } = await stage.request('POST', '/emails', { ...mail, subject: 'Warm' }, express);
  await stage.until((json as { id: string }).id, 'relayed');
}

async function play(one: CrashCase, stage: CrashStage): Promise<void> {
  const { hang, repeated, timeline } = one;
  const { graph, smtp: server } = stage.microsoft365.faults;
  if (one.graph) graph.add(one.graph);
  if (hang && 'graph' in hang) graph.add(hang.graph);
  if (hang && 'smtp' in hang) server.add(hang.smtp);
  // Room for a message that is to leave at once is there when another one has made it.
  if (one.headers) await warmUp(stage);
  for (const point of one.at) stage.trap(pointOf(point));
  const answer = await stage.request('POST', '/emails', { ...mail, ...one.mail }, { ...key, ...one.headers });
  assert.equal(answer.status, 202);
  if (repeated) {
    assert.equal(answer.lost, 1);
    assert.equal(answer.headers.get('idempotency-replayed') === 'true', repeated === 'as replayed');
  }
  if (hang) await killInFault(stage, hang);
  const { id } = answer.json as { id: string };
  // In a minute and a half a copy in Sent Items has come, or will not come any more.
  const ahead = one.permissions ? 100 : 0;
  const status = await stage.until(id, timeline.at(-1) ?? '', ahead);
  assert.deepEqual(names(status.events), timeline);
  assert.equal(stage.copies(mail.subject), one.copies);
  const { blobs = 0 } = one;
  // The content goes after the row says that the mail has gone.
  for (let tries = 0; tries < 200 && (await stage.blobs()) !== blobs; tries++) await sleep(50);
  assert.equal(await stage.blobs(), blobs);
  if (one.permissions?.includes('Mail.ReadWrite')) assert.equal(await stage.drafts(), 0);
}

/** Submits a mail that waits for a time so many seconds ahead; gives its id. */
async function submitLater(stage: CrashStage, seconds: number): Promise<string> {
  const scheduled_at = new Date(Date.now() + seconds * 1000).toISOString();
  const { json } = await stage.request('POST', '/emails', { ...mail, scheduled_at });
  return (json as { id: string }).id;
}

const eventsOf = async (stage: CrashStage, id: string, wanted: string): Promise<string[]> =>
  names((await stage.until(id, wanted)).events);

/** Puts a message into the queue of those that the host has given up on. */
async function poison({ storage }: CrashStage, id: string): Promise<void> {
  const queue = storage.queue(storageNames.poisonQueue);
  await queue.createIfNotExists();
  await queue.sendMessage(encodeEntry({ v: 1, message: id }));
}

/** A receiver of webhooks, and what it was told. */
function receiver(events: readonly string[]) {
  const told: string[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    told.push((JSON.parse(await read(request)) as { type: string }).type);
    response.writeHead(204).end();
  };
  let server: Server | undefined;
  return {
    told,
    prepare: async ({ authority, storage }: Pick<CrashStage, 'authority' | 'storage'>) => {
      server = createServer(await authority.issue(['localhost']), (request, response) => {
        void take(request, response);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `https://localhost:${(server.address() as AddressInfo).port}/hook`;
      const secret = randomBytes(webhookEntropyBytes);
      const endpoint = makeWebhook({ submitter: 'app', url, events }, secret, new Date());
      await openAccessStore(storage.table(storageNames.access), systemClock).webhooks.put(endpoint);
    },
    stop: () => void server?.close(),
  };
}

describe('killed at', { concurrency: 4 }, () => {
  for (const one of crashCases) {
    test(nameOf(one), () => on(one, (stage) => play(one, stage)));
  }

  for (const [at, replayed] of [
    ['batch-insert sent', false],
    ['batch-insert committed', true],
    ['batch-read answered', undefined],
  ] as const) {
    test(at, () =>
      on({}, async (stage) => {
        // So that the table is there: the transaction that finds it missing is answered like one that commits.
        await warmUp(stage);
        stage.trap(pointOf(at));
        const batch = ['Crash 1', 'Crash 2', 'Crash 3'].map((subject) => Object.assign({ subject }, rest));
        const answer = await stage.request('POST', '/emails/batch', batch, key);
        if (replayed !== undefined) {
          assert.deepEqual(
            [answer.lost, answer.headers.get('idempotency-replayed') === 'true'],
            [1, replayed],
          );
        }
        const { data } = answer.json as { data: { id: string }[] };
        for (const [i, { id }] of data.entries()) {
          assert.deepEqual(await eventsOf(stage, id, 'relayed'), ['accepted', 'sending', 'relayed']);
          assert.equal(stage.copies(`Crash ${i + 1}`), 1);
        }
      }),
    );
  }

  for (const at of ['settle sent', 'settle committed'] as const) {
    test(`${at}, of a cancellation`, () =>
      on({}, async (stage) => {
        const id = await submitLater(stage, 6);
        stage.trap(pointOf(at));
        const answer = await stage.request('POST', `/emails/${id}/cancel`);
        assert.deepEqual([answer.status, answer.lost], [200, 1]);
        // Its doorbell rings.
        await sleep(7000);
        assert.deepEqual(await eventsOf(stage, id, 'cancelled'), ['accepted', 'cancelled']);
        assert.equal(stage.copies(mail.subject), 0);
      }));
  }

  test('row-changed committed, of a rescheduling', () =>
    on({}, async (stage) => {
      const id = await submitLater(stage, 3600);
      stage.trap(pointOf('row-changed committed'));
      const sooner = { scheduled_at: new Date(Date.now() + 1000).toISOString() };
      const answer = await stage.request('PATCH', `/emails/${id}`, sooner);
      assert.deepEqual([answer.status, answer.lost], [200, 1]);
      const events = await eventsOf(stage, id, 'relayed');
      assert.deepEqual(events, ['accepted', 'rescheduled', 'rescheduled', 'sending', 'relayed']);
      assert.equal(stage.copies(mail.subject), 1);
    }));

  for (const [at, end, copies] of [
    ['settle sent', ['accepted', 'sending', 'relayed'], 1],
    ['settle committed', ['accepted', 'dead-lettered'], 0],
  ] as const) {
    test(`${at}, of a dead letter`, () =>
      on({}, async (stage) => {
        const id = await submitLater(stage, 6);
        stage.trap(pointOf(at));
        await poison(stage, id);
        assert.deepEqual(await eventsOf(stage, id, end.at(-1) ?? ''), end);
        assert.equal(stage.copies(mail.subject), copies);
      }));
  }

  test('content-removed sent, of an orphan', () =>
    on({}, async (stage) => {
      stage.trap(pointOf('content-staged committed'));
      const large = { ...mail, ...file(800_000) };
      const { json: accepted } = await stage.request('POST', '/emails', large, key);
      const { id } = accepted as { id: string };
      await stage.until(id, 'relayed');
      assert.equal(await stage.blobs(), 1);
      stage.trap(pointOf('content-removed sent'));
      for (let pass = 0; (await stage.blobs()) > 0 && pass < 50; pass++) {
        stage.cell.setClock(2 * 86_400_000);
        await stage.run('housekeeping');
      }
      assert.equal(await stage.blobs(), 0);
      assert.equal((await stage.until(id, 'relayed')).status, 'relayed');
    }));

  test('event-rung committed, before the row is there', async () => {
    const { told, prepare, stop } = receiver([]);
    await on({ prepare }, async (stage) => {
      stage.trap(pointOf('event-rung committed'));
      const answer = await stage.request('POST', '/emails', mail, key);
      assert.equal(answer.lost, 1);
      await stage.until((answer.json as { id: string }).id, 'relayed');
      await when(() => told.length >= 2, 'the receiver is told twice');
      // The bell for what was never written has rung by now.
      await sleep(2500);
      assert.deepEqual(told.toSorted(), ['message.accepted', 'message.relayed']);
    }).finally(stop);
  });

  test('event-rung committed, before a result is written down', async () => {
    const { told, prepare, stop } = receiver(['message.relayed']);
    await on({ prepare }, async (stage) => {
      stage.trap(pointOf('event-rung committed'));
      const answer = await stage.request('POST', '/emails', mail, key);
      const { id } = answer.json as { id: string };
      const events = await eventsOf(stage, id, 'relayed');
      assert.deepEqual(events, ['accepted', 'sending', 'unknown', 'sending', 'relayed']);
      assert.equal(stage.copies(mail.subject), 2);
      await sleep(3500);
      assert.deepEqual(told, ['message.relayed']);
    }).finally(stop);
  });
});

test('every point has its row in the decision', async () => {
  const text = await readFile(
    path.join(import.meta.dirname, '../../docs/decisions/0010-crash-points.md'),
    'utf8',
  );
  const missing = [...crashPoints.map(({ name }) => name), ...crashCases.map(nameOf)].filter(
    (name) => !text.includes(`\`${name}\``),
  );
  assert.deepEqual(missing, []);
});
