import assert from 'node:assert/strict';
import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { createLog, describeError } from '../../shared/platform/log.ts';
import { Secret } from '../../shared/platform/secret.ts';
import { assertLight } from '../effort.ts';

const planted = 'planted-0123456789';
const secret = new Secret(planted);

/** What `console.log` prints. */
function printed(...parts: unknown[]): string {
  const stream = new PassThrough();
  new Console(stream).log(...parts);
  return String(stream.read());
}

test('a secret is given away by reveal() and by nothing else', () => {
  assert.equal(secret.reveal(), planted);
  // As somebody would get it through an interface that knows no better.
  const any = secret as unknown as string;
  const holder = { name: 'x', inner: [{ secret }], map: new Map([['k', secret]]) };
  const error = new Error(`Refused: ${any}`, { cause: { secret } });
  const clone = structuredClone({ secret });
  const views: Record<string, unknown> = {
    console: printed(secret, holder, '%s %o %O %j %d', secret, secret),
    format: format('%s %o %O %j %d %i', secret, secret, secret, secret, secret, secret),
    inspect: inspect(holder, { depth: null, showHidden: true, customInspect: false, getters: true }),
    json: JSON.stringify({ secret, holder }),
    template: `${any} ${String(secret)} ${[secret].join()}`,
    concatenation: 'a' + any,
    error: `${error.message} ${error.stack} ${inspect(error)} ${describeError(error)}`,
    clone: inspect(clone) + JSON.stringify(clone),
    keys: [...Object.keys(secret), ...Object.values(secret), ...Reflect.ownKeys(secret).map(String)].join(),
    spread: inspect(Object.assign({}, secret)),
    search: new URLSearchParams({ secret: String(secret) }).toString(),
  };
  for (const [way, view] of Object.entries(views)) {
    assert.ok(!String(view).includes('planted'), `${way}: ${String(view)}`);
  }
});

test('what somebody else put into a text is masked before it is written', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlLXBsYW50ZWQ';
  const lines: Record<string, string> = {
    key: 'pr_0123abcd_planted0planted0planted0planted0pla',
    'half a key': 'pr_0123abcd_plan',
    webhook: 'whsec_cGxhbnRlZHBsYW50ZWQ=',
    bearer: 'Authorization: Bearer planted-token',
    basic: 'authorization: basic cGxhbnRlZA==',
    'shared key': 'Authorization: SharedKey account:planted=',
    jwt: `token ${jwt} ends`,
    connection: 'AccountName=a;AccountKey=plantedplanted+/==;EndpointSuffix=x',
    sas: 'https://a.blob.core.windows.net/c/b?sv=2024&sig=planted%2Bplanted%3D&se=1',
    query: 'GET /hooks/x?key=planted-in-a-query 401',
    form: 'grant_type=client_credentials&client_secret=planted~secret&scope=x',
    json: '{"client_secret":"planted","a":1}',
    'json in json': String.raw`{\"access_token\": \"planted\"}`,
    url: 'connect https://user:planted@host.example/path failed',
    pem: '-----BEGIN PRIVATE KEY-----\nplantedPlanted\n-----END PRIVATE KEY-----',
    'half a pem': '-----BEGIN RSA PRIVATE KEY-----\nplantedPlanted',
    address: 'Refused <planted@example.com>: planted+tag@sub.example.org, "planted@x.example"',
    'address in a path': '/users/planted@example.com/sendMail',
    'encoded query': '?x=1;token=planted',
  };
  for (const [what, line] of Object.entries(lines)) {
    const written: string[] = [];
    const log = createLog('debug', (text) => void written.push(text));
    log('error', 'x', { error: line, reason: `because ${line}`, message: line });
    assert.doesNotMatch(written.join(), /plan(?:ted)?|cGxhbnRlZ/i, `${what}: ${written.join()}`);
    assert.doesNotMatch(describeError(new Error(line)), /plan(?:ted)?|cGxhbnRlZ/i, what);
  }
});

test('what is no secret stays readable', () => {
  const kept = [
    'at file:///home/app/node_modules/@azure/core-rest-pipeline/dist/index.js:12:3',
    'RestError: The table specified does not exist. RequestId:5d5e. code=TableNotFound',
    'id 01kagc8n5eq0z3v7r9m2x4t6wy of the key 0123abcd',
    'POST /emails/{id}/cancel from 2001:db8::1',
  ];
  for (const text of kept) assert.equal(describeError(text), text);
});

test('masking takes no time, whatever it is given', async () => {
  const hostile = [
    '@'.repeat(1e6),
    'a@'.repeat(5e5),
    'eyJ'.repeat(3e5),
    '-----BEGIN '.repeat(1e5),
    'a'.repeat(1e6),
  ];
  for (const text of hostile) await assertLight(100, () => describeError(text), text.slice(0, 12));
});
