/**
 * What the hostile journeys have in common: what counts as a refusal, what counts as left behind, and a client that sends any bytes.
 */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { storageNames } from '../../shared/platform/storage.ts';
import { sender, type Answer, type World } from '../journeys/world.ts';

/** A submission that is taken. */
export const mail = { from: sender, to: 'ops@example.com', subject: 's', text: 't' } as const;

/** A text for the name of a case: escaped, on one line, short. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 90)}… (${text.length})` : text;
};

/** Holds an answer to what every refusal of the native API is. */
export function assertRefused(answer: Answer, what: unknown, codes?: RegExp): void {
  const { status, headers, json, text } = answer;
  assert.ok(status >= 400 && status < 500, `${status} for ${shown(what)}: ${text.slice(0, 300)}`);
  assert.equal(headers.get('content-type'), 'application/problem+json', shown(what));
  assert.equal(json?.status, status, shown(what));
  assert.ok(typeof json.detail === 'string' && json.detail.length > 20, shown(what));
  assert.equal(headers.get('x-content-type-options'), 'nosniff', shown(what));
  if (codes) assert.match(json.code, codes, `${shown(what)}: ${json.detail}`);
  assert.ok(text.length < 30_000, `an answer of ${text.length} characters to ${shown(what)}`);
}

/** Everything in storage that a message can leave: rows, places in line and limits used up, blobs, doorbells and events. */
export async function left({ storage }: World): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const name of ['messages', 'pace'] as const) {
    counts[name] = await count(storage.table(storageNames[name]).listEntities());
  }
  counts['blobs'] = await count((await storage.container(storageNames.content)).listBlobsFlat());
  for (const name of ['queue', 'highQueue', 'lowQueue', 'events'] as const) {
    const properties = await storage
      .queue(storageNames[name])
      .getProperties()
      .catch(() => undefined);
    counts[name] = properties?.approximateMessagesCount ?? 0;
  }
  return counts;
}

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let n = 0;
  try {
    for await (const _ of items) n++;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
  return n;
}

/** Does something, and holds that nothing is left of it. */
export async function leavingNothing(world: World, act: () => Promise<void>): Promise<void> {
  const before = await left(world);
  await act();
  assert.deepEqual(await left(world), before, 'nothing is left behind');
}

/** Runs over many, a few at a time. */
export async function each<T>(
  list: readonly T[],
  act: (one: T, i: number) => Promise<void>,
  atOnce = 8,
): Promise<void> {
  let next = 0;
  const work = async () => {
    for (let i = next++; i < list.length; i = next++) await act(list[i] as T, i);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** Comes from where nobody has failed yet, behind a proxy of one's own: who guesses from one address is told to wait. */
export const fromElsewhere = (() => {
  let last = 0;
  return () => ({ 'x-forwarded-for': `198.51.${100 + (++last >> 8)}.${last & 255}` });
})();

/** A request in bytes, as no client would send it; the status, and the whole answer as Latin-1. */
export async function sendRaw(
  { host }: World,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly answer: string }> {
  const { hostname, port } = new URL(host.url);
  const lines = Object.entries({ host: `${hostname}:${port}`, connection: 'close', ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const socket = connect(Number(port), hostname);
  socket.write(Buffer.from(`${method} ${target} HTTP/1.1\r\n${head}\r\n`, 'latin1'));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const answer = Buffer.concat(chunks).toString('latin1');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0), answer };
}
