/**
 * What strangers and broken programs send, over HTTP to the real functions: each is refused in words, and leaves nothing behind.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import type { Hook } from '../../shared/access/hook.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { registerOperator } from '../journeys/tenant.ts';
import { sender, startWorld, type World } from '../journeys/world.ts';
import { assertRefused, each, fromElsewhere, leavingNothing, mail, sendRaw, shown } from './stage.ts';
import { lineEnds, mustRefuse, namesToRefuse } from './vectors/addresses.ts';
import { keys, strayBytes, tokens } from './vectors/credentials.ts';
import * as files from './vectors/files.ts';
import * as headers from './vectors/headers.ts';
import { bodies } from './vectors/json.ts';
import { traps } from './vectors/networks.ts';
import { targets } from './vectors/paths.ts';

let world: World;
let admin: string;
const urlKey = makeApiKey(randomBytes(keyEntropyBytes));
const hook: Hook = { name: 'ops', submitter: 'app', from: sender, to: ['ops@example.com'] };

before(async () => {
  world = await startWorld(
    { POSTRIDER_ENTRA_AUDIENCE: 'api://postrider', POSTRIDER_FRONT_END: 'proxy' },
    {
      async before(storage, account) {
        const { hooks, keys: register } = openAccessStore(storage.table(storageNames.access), systemClock);
        await hooks.put(hook);
        const { id, hash } = urlKey;
        await register.put({ id, submitter: 'app', hook: 'ops', hash, createdAt: new Date() });
        admin = await registerOperator(account, { name: 'admin', role: 'admin' });
      },
    },
  );
});
after(() => world.stop());

const post = (body: unknown, more: Record<string, string | undefined> = {}) =>
  world.request('POST', '/emails', body, more);

const chunked = <T>(list: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));

/**
 * Posts many bad values at once, and holds that each is named: fewer than the fifty faults that are listed. Halves of a surrogate pair
 * do not get that far.
 */
async function allNamed(
  list: readonly string[],
  bodyOf: (some: readonly string[]) => object,
  pointerOf: (one: string, i: number) => string,
): Promise<void> {
  const [whole, halves] = [
    list.filter((text) => text.isWellFormed()),
    list.filter((text) => !text.isWellFormed()),
  ];
  await leavingNothing(world, async () => {
    await each(halves, async (half) => assertRefused(await post(bodyOf([half])), half, /^invalid-json$/));
    await each(chunked(whole, 40), async (some) => {
      const answer = await post(bodyOf(some));
      assertRefused(answer, some, /^invalid-submission$/);
      const named = new Set(answer.json.errors.map(({ pointer }: { pointer: string }) => pointer));
      for (const [i, one] of some.entries()) {
        assert.ok(named.has(pointerOf(one, i)), `${shown(one)} was taken: ${answer.text.slice(0, 2000)}`);
      }
    });
  });
}

suite('addresses', () => {
  for (const [kind, texts] of Object.entries(mustRefuse)) {
    test(`${kind}: ${texts.length}`, async () => {
      for (const field of ['to', 'bcc', 'reply_to'] as const) {
        await allNamed(
          texts,
          (some) => ({ ...mail, [field]: some }),
          (_, i) => `#/${field}/${i}`,
        );
      }
      await leavingNothing(world, () =>
        each(texts, async (from) =>
          assertRefused(
            await post({ ...mail, from }),
            from,
            /^(?:invalid-submission|invalid-json|sender-not-allowed)$/,
          ),
        ),
      );
    });
  }

  test('display names', () =>
    allNamed(
      namesToRefuse.map((name) => `${name} <ann@contoso.com>`),
      (to) => ({ ...mail, to }),
      (_, i) => `#/to/${i}`,
    ));
});

suite('header fields', () => {
  test('names', () =>
    leavingNothing(world, () =>
      each(headers.names, async (name) => {
        const answer = await post({ ...mail, headers: { [name]: '1' } });
        // Names of more than a thousand characters are no keys of JSON to us.
        assertRefused(answer, name, /^invalid-(?:submission|json)$/);
        if (answer.json.errors) assert.match(answer.json.errors[0].pointer, /^#\/headers\//);
      }),
    ));

  test('values, of our own fields and of standard ones', () =>
    leavingNothing(world, () =>
      each(headers.values, async (value) => {
        for (const name of ['X-A', 'List-Unsubscribe', 'Organization', 'References']) {
          assertRefused(
            await post({ ...mail, headers: { [name]: value } }),
            [name, value],
            /^invalid-(?:submission|json)$/,
          );
        }
      }),
    ));

  test('line ends wherever one line is wanted', () =>
    leavingNothing(world, () =>
      each(lineEnds, async (end) => {
        const text = `a${end}Bcc: evil@example.org`;
        const attachment = { filename: 'a.txt', content: 'YQ==' };
        for (const part of [
          { subject: text },
          { tags: [{ name: 'a', value: text }] },
          { tags: [{ name: text, value: 'a' }] },
          { attachments: [{ ...attachment, content_type: `text/plain${end}X-A: 1` }] },
          { attachments: [{ ...attachment, content_type: `text/plain; a="${text}"` }] },
          { attachments: [{ ...attachment, content_id: text }] },
          { importance: text },
          { priority: text },
          { on_unknown: text },
          { scheduled_at: text },
        ]) {
          assertRefused(await post({ ...mail, ...part }), part, /^invalid-submission$/);
        }
      }),
    ));
});

suite('bodies', () => {
  for (const [kind, list] of Object.entries(bodies)) {
    test(`${kind}: ${list.length}`, () =>
      leavingNothing(world, () =>
        each(
          list,
          async (body) => {
            assertRefused(await post(body), body);
            const key = { authorization: `Bearer ${admin}` };
            assertRefused(await world.request('PUT', '/operator/submitters/x', body, key), body);
            // A list of one message is a batch, and none of the faults looked for here.
            if (typeof body === 'string' && body.startsWith('[{"from"')) return;
            assertRefused(await world.request('POST', '/emails/batch', body), body);
          },
          3,
        ),
      ));
  }

  test('a prototype was never touched', () => {
    for (const name of ['admin', 'c', 'filename', 'from']) {
      assert.equal(Reflect.get({}, name), undefined);
    }
  });
});

suite('file names', () => {
  test(`${files.namesToRefuse.length} that lead elsewhere, hide or break`, () =>
    allNamed(
      files.namesToRefuse,
      (some) => ({ ...mail, attachments: some.map((filename) => ({ filename, content: 'YQ==' })) }),
      (_, i) => `#/attachments/${i}/filename`,
    ));
});

/** A key wherever a client can put one. */
const carriers = (text: string): readonly Record<string, string | undefined>[] => [
  { authorization: `Bearer ${text}` },
  { authorization: undefined, 'x-api-key': text },
  { authorization: `Basic ${Buffer.from(`app:${text}`).toString('base64')}` },
  { authorization: undefined, 'x-postmark-server-token': text },
];

suite('credentials', () => {
  test('keys that are no keys', () =>
    leavingNothing(world, () =>
      each([...keys(world.key), ...keys(urlKey.text)], async (key) => {
        for (const carrier of carriers(key)) {
          const answer = await post(mail, { ...carrier, ...fromElsewhere() });
          assertRefused(answer, carrier, /^(?:invalid-api-key|invalid-token|missing-cred|ambiguous)/);
          assert.ok(!answer.text.includes(world.key), 'no key is told back');
        }
      }),
    ));

  test('keys with bytes that no key has', async () => {
    for (const byte of strayBytes) {
      for (const value of [
        `Bearer ${world.key}${byte}x`,
        `Bearer ${byte}x${world.key}`,
        `B${byte}earer ${world.key}`,
      ]) {
        const head = { authorization: value, ...fromElsewhere() };
        const { status, answer } = await sendRaw(world, 'GET', '/emails/x', head);
        assert.equal(status, 401, `${shown(value)}: ${answer}`);
      }
    }
  });

  test('tokens that are no tokens', () =>
    leavingNothing(world, () =>
      each(tokens(world.microsoft365.tenantId), async (token) => {
        const more = { authorization: `Bearer ${token}`, ...fromElsewhere() };
        assertRefused(await post(mail, more), token, /^invalid-(?:token|api-key)$/);
        const at = await world.request('GET', '/operator/submitters', undefined, more);
        assert.ok([401, 403].includes(at.status), shown(token));
      }),
    ));

  test('a key that is made for a URL opens nothing but its hook', () =>
    leavingNothing(world, () =>
      each(
        [
          '/emails',
          '/emails/batch',
          '/email',
          '/v3/mail/send',
          '/operator/keys',
          '/hooks/other',
          '/emails/x',
        ],
        async (path) => {
          for (const target of [
            `${path}?key=${urlKey.text}`,
            `${path}?token=${urlKey.text}`,
            `${path}/${urlKey.text}`,
          ]) {
            for (const method of ['GET', 'POST'] as const) {
              const body = method === 'POST' ? mail : undefined;
              const { status } = await world.request(method, target, body, { authorization: undefined });
              assert.ok(status >= 400 && status < 500, `${status} for ${method} ${target}`);
            }
          }
        },
      ),
    ));
});

suite('paths', () => {
  test(`${targets.length} ways to write a path lead nowhere`, () =>
    leavingNothing(world, () =>
      each(targets, async (target) => {
        for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
          const key = { authorization: `Bearer ${world.key}`, 'content-length': '0' };
          const { status, answer } = await sendRaw(world, method, target, key);
          assert.ok(status >= 400 && status < 500, `${method} ${shown(target)}: ${answer.slice(0, 400)}`);
          assert.ok(!/set-cookie|"senders"|root:/i.test(answer), answer);
        }
      }),
    ));

  test('a key in the query counts at hooks alone, however the path is written', () =>
    leavingNothing(world, () =>
      each(
        [
          '/emails/x\\..\\..\\hooks\\ops',
          '/emails/x%5c..%5c..%5chooks%5cops',
          '/emails/..%2fhooks%2fops',
          '/emails/../hooks/ops/../../emails/x',
          '/operator/keys/../../hooks/ops/../../operator/keys',
          '//hooks/ops',
          '/hooks/ops/..\\..\\emails',
        ],
        async (path) => {
          const { status, answer } = await sendRaw(world, 'GET', `${path}?key=${world.key}`);
          assert.ok([400, 401, 404, 405].includes(status), `${path}: ${answer.slice(0, 300)}`);
          assert.doesNotMatch(answer, /message-not-found/, `${path} took a key in the query`);
        },
      ),
    ));
});

test('networks that parsers read as more than was meant are none of a submitter', () =>
  each(chunked(traps, 20), async (networks) => {
    const answer = await world.request(
      'PUT',
      '/operator/submitters/lan',
      { senders: [sender], networks },
      { authorization: `Bearer ${admin}` },
    );
    assertRefused(answer, networks, /^invalid-entry$/);
    const named = new Set(answer.json.errors.map(({ pointer }: { pointer: string }) => pointer));
    for (const [i, one] of networks.entries()) {
      assert.ok(named.has(`#/networks/${i}`), `${shown(one)} was taken: ${answer.text}`);
    }
  }));
