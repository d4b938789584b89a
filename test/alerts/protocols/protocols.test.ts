/** The answers of the servers whose protocols hooks speak, as their own clients read them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as apprise from '../../../shared/alerts/protocols/apprise.ts';
import * as discord from '../../../shared/alerts/protocols/discord.ts';
import * as gotify from '../../../shared/alerts/protocols/gotify.ts';
import * as ntfy from '../../../shared/alerts/protocols/ntfy.ts';
import * as slack from '../../../shared/alerts/protocols/slack.ts';
import * as teams from '../../../shared/alerts/protocols/teams.ts';

const at = new Date('2026-01-01T00:00:00.500Z');
const read = (body: string): unknown => JSON.parse(body);

test('Gotify: the message with a number as its id, the same for the same message', () => {
  const answer = gotify.accepted({ id: 'msg_1', at, title: 'T', message: 'm', priority: 5 });
  const body = read(answer.body) as { readonly id: number };
  assert.deepEqual(body, {
    id: body.id,
    appid: 1,
    message: 'm',
    title: 'T',
    priority: 5,
    date: '2026-01-01T00:00:00.500Z',
  });
  assert.ok(Number.isInteger(body.id) && body.id > 0 && body.id <= 0x7fffffff);
  assert.equal(
    (read(gotify.accepted({ id: 'msg_1', at, message: 'm' }).body) as { readonly id: number }).id,
    body.id,
  );
  assert.notEqual(
    (read(gotify.accepted({ id: 'msg_2', at, message: 'm' }).body) as { readonly id: number }).id,
    body.id,
  );
  assert.deepEqual(read(gotify.refused(401, 'Unauthorized', 'no key').body), {
    error: 'Unauthorized',
    errorCode: 401,
    errorDescription: 'no key',
  });
});

test('ntfy: the message, without what was not given', () => {
  const answer = ntfy.accepted({ id: 'x', at, topic: 'ops', message: 'm', tags: [] });
  assert.deepEqual(read(answer.body), {
    id: 'x',
    time: 1767225600,
    event: 'message',
    topic: 'ops',
    message: 'm',
  });
  const refused = ntfy.refused(429, 'slower', 7);
  assert.equal(refused.headers['retry-after'], '7');
  assert.deepEqual(read(refused.body), { code: 42901, http: 429, error: 'slower' });
});

test('Apprise: 200, as text or as JSON', () => {
  assert.equal(apprise.accepted(undefined).status, 200);
  assert.equal(apprise.accepted('application/json').headers['content-type'], 'application/json');
  assert.deepEqual(read(apprise.refused(424, 'not sent', 'application/json, */*').body), {
    error: 'not sent',
  });
  assert.equal(apprise.refused(424, 'not sent', 'text/html').body, 'not sent\n');
});

test('Slack: the text ok, and its words for what is wrong', () => {
  assert.deepEqual([slack.accepted.status, slack.accepted.body], [200, 'ok']);
  assert.equal(slack.refused(400).body, 'invalid_payload');
  assert.deepEqual(
    [slack.refused(429, 3).body, slack.refused(429, 3).headers['retry-after']],
    ['rate_limited', '3'],
  );
  assert.deepEqual(read(slack.posted('C1', at).body), { ok: true, channel: 'C1', ts: '1767225600.500000' });
});

test('Discord: 204 and nothing, or the message to those who wait', () => {
  assert.deepEqual(discord.accepted({ id: '1', at, content: 'c' }, null), {
    status: 204,
    headers: {},
    body: '',
  });
  const waited = discord.accepted({ id: '1', at, content: 'c' }, 'true');
  assert.equal(waited.status, 200);
  assert.equal((read(waited.body) as { readonly content: string }).content, 'c');
  assert.deepEqual(read(discord.refused(429, 'slower', 2).body), {
    message: 'slower',
    retry_after: 2,
    global: false,
  });
});

test('Teams: 1 to a connector, 202 to a workflow', () => {
  assert.deepEqual([teams.accepted('connector').status, teams.accepted('connector').body], [200, '1']);
  assert.deepEqual([teams.accepted('workflow').status, teams.accepted('workflow').body], [202, '']);
  assert.equal(teams.formOf({ type: 'message' }), 'workflow');
  assert.equal(teams.formOf({ '@type': 'MessageCard' }), 'connector');
  assert.equal(teams.formOf(null), 'connector');
});
