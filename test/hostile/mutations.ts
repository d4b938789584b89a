/** Good requests, each with something wrong done to it: to a member, to the bytes, or to the headers. */
import fc from 'fast-check';
import { sender } from '../journeys/world.ts';

/** A request. */
export interface Request {
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const mail = (subject: string) => ({
  from: `Alerts <${sender}>`,
  to: ['Ann <ann@example.com>', 'bo@example.com'],
  cc: 'cy@example.com',
  reply_to: 'help@contoso.com',
  subject,
  text: 'A text',
  html: '<p>A text</p>',
  headers: { 'X-Ticket': '1', 'List-Id': '<a.example.com>' },
  attachments: [{ filename: 'a.txt', content: 'YQ==', content_type: 'text/plain' }],
  tags: [{ name: 'kind', value: 'test' }],
  metadata: { order: '1' },
  importance: 'high',
});

const address = { email: 'ann@example.com', name: 'Ann' };

/** Path → a body that is taken there. */
const good: Readonly<Record<string, unknown>> = {
  '/emails': mail('One'),
  '/emails/batch': [
    { ...mail('First'), attachments: undefined },
    { ...mail('Second'), attachments: undefined },
  ],
  '/hooks/ops': { title: 'Disk full', severity: 'critical', host: 'db-01', alerts: [{ status: 'firing' }] },
  '/v3/mail/send': {
    personalizations: [{ to: [address], subject: 'SendGrid' }],
    from: { email: sender },
    content: [{ type: 'text/plain', value: 't' }],
  },
  '/email': {
    From: sender,
    To: 'ann@example.com',
    Subject: 'Postmark',
    TextBody: 't',
    Headers: [{ Name: 'X-A', Value: '1' }],
  },
  '/emails:send': {
    senderAddress: sender,
    recipients: { to: [{ address: 'ann@example.com', displayName: 'Ann' }] },
    content: { subject: 'ACS', plainText: 't' },
  },
};

const wild = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    '',
    ' ',
    [],
    {},
    [[]],
    [null],
    { toString: 1 },
    { length: 1e9 },
    'a\r\nBcc: evil@example.org',
    'a\u0000b',
    '\u202eexe',
    'evil@example.org',
    'ceo@contoso.com',
    '../../x',
    '=?utf-8?q?a?=',
    'x'.repeat(5000),
    Array.from({ length: 600 }, () => 'a@b.example'),
    Array.from({ length: 200 }, () => ({})),
  ),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.toWellFormed()),
  fc.jsonValue({ maxDepth: 2 }),
);

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/** Does one thing to a copy: replaces, removes, adds, renames or repeats a member, `at` choosing which. */
function mutate(value: unknown, at: readonly number[], how: number, by: unknown): unknown {
  const copy = structuredClone(value);
  let parent = copy as Tree;
  let key = '';
  for (const step of at) {
    const keys = Object.keys(parent);
    if (keys.length === 0) break;
    key = keys[step % keys.length] ?? '';
    const next = parent[key];
    if (step % 3 === 0 || !isTree(next)) break;
    parent = next;
  }
  const name = typeof by === 'string' && by !== '' ? by.slice(0, 40) : 'more';
  const kinds = [
    () => void (parent[key] = by),
    () => void delete parent[key],
    () => void (parent[name] = by),
    () => {
      parent[name] = parent[key];
      delete parent[key];
    },
    () => void (parent[key] = [parent[key], parent[key]]),
    () => void (parent[key] = String(parent[key])),
  ];
  if (name !== '__proto__') kinds[how % kinds.length]?.();
  return copy;
}

/** Does something to the text of a body. */
function spoil(text: string, how: number, at: number): string {
  const i = at % (text.length + 1);
  switch (how % 12) {
    case 0:
      return text.slice(0, i);
    case 1:
      return text.slice(0, i) + String.fromCharCode(at & 0xff) + text.slice(i + 1);
    case 2:
      return `${text}${text}`;
    case 3:
      return `${text.slice(0, i)},${text.slice(i)}`;
    default:
      return text;
  }
}

const headers = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Readonly<Record<string, string>>>(
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json; charset=utf-16' },
      { 'content-type': 'multipart/form-data' },
      { 'content-type': 'message/rfc822' },
      { 'content-type': '' },
      { 'content-encoding': 'gzip' },
      { 'idempotency-key': 'x'.repeat(300) },
      { 'idempotency-key': '""' },
      { prefer: 'respond-async, wait=99999999999999' },
      { 'x-postrider-strict': 'true' },
      { 'x-postrider-mode': 'sideways' },
      { 'x-batch-validation': 'permissive' },
      { authorization: 'Bearer pr_wrong' },
    ),
  },
);

/** Requests of which most are refused. */
export const requests: fc.Arbitrary<Request> = fc
  .record({
    path: fc.constantFrom(...Object.keys(good)),
    steps: fc.array(
      fc.record({ at: fc.array(fc.nat(99), { minLength: 1, maxLength: 4 }), how: fc.nat(99), by: wild }),
      { minLength: 1, maxLength: 2 },
    ),
    spoiled: fc.tuple(fc.nat(99), fc.nat()),
    headers,
  })
  .map(({ path, steps, spoiled: [how, at], headers: more }) => {
    const document = steps.reduce((value, step) => mutate(value, step.at, step.how, step.by), good[path]);
    return { path, body: spoil(JSON.stringify(document) ?? '', how, at), headers: more };
  });
