/**
 * Nasty strings all the way: submitted wherever a text may stand, and read again where the mail arrives.
 */
import assert from 'node:assert/strict';
import { decodeWords } from 'postal-mime';
import { sender, type Answer, type ArrivedMail, type World } from '../journeys/world.ts';
import { assertRefused, each, shown } from './stage.ts';
import { nasty } from './vectors/strings.ts';

/** Settings under which many mails are sent at once. */
export const unhurried = {
  POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '0',
  POSTRIDER_RETRY_SCHEDULE: '1s',
} as const;

/** What a message says in each place. */
type Slots = Readonly<
  Record<'subject' | 'name' | 'text' | 'filename' | 'header' | 'metadata' | 'tag', string>
>;
type Slot = keyof Slots;

const ordinary: Slots = {
  subject: 'An ordinary subject',
  name: 'Ann',
  text: 'An ordinary text',
  filename: 'a.txt',
  header: 'ordinary',
  metadata: 'ordinary',
  tag: 'ordinary',
};

/** Pointer of a fault → the slot that it is about. */
const slotAt: Readonly<Record<string, Slot>> = {
  '#/subject': 'subject',
  '#/to/0': 'name',
  '#/text': 'text',
  '#/attachments/0/filename': 'filename',
  '#/headers/X-Nasty': 'header',
  '#/metadata/a': 'metadata',
  '#/tags/0/value': 'tag',
};

const quoted = (name: string): string => `"${name.replaceAll(/["\\]/g, '\\$&')}"`;

/** @param html given beside the text: Graph's JSON cannot say both, so that such a message goes as MIME. */
const submission = (slots: Slots, id: string, html?: string) => ({
  from: sender,
  to: [`${quoted(slots.name)} <ops@example.com>`],
  subject: slots.subject,
  text: slots.text,
  ...(html === undefined ? {} : { html }),
  headers: { 'X-Case': id, 'X-Nasty': slots.header },
  metadata: { a: slots.metadata },
  tags: [{ name: 'a', value: slots.tag }],
  attachments: [{ filename: slots.filename, content: Buffer.from(slots.filename).toString('base64') }],
});

/** Sends a string in every place that takes it, and an ordinary one in the others. */
async function send(world: World, text: string, id: string, html?: string): Promise<Slots> {
  const slots: Record<Slot, string> = {
    subject: text,
    name: text,
    text: text === '' ? ' ' : text,
    filename: text,
    header: text,
    metadata: text,
    tag: text,
  };
  const post = (): Promise<Answer> =>
    world.submit(submission(slots, id, html), { prefer: 'respond-async, wait=30' });
  let answer = await post();
  if (answer.status !== 202) {
    assertRefused(answer, text, /^invalid-submission$/);
    for (const { pointer } of answer.json.errors as { pointer: string }[]) {
      const slot = slotAt[pointer];
      assert.ok(slot, `${pointer} for ${shown(text)}`);
      slots[slot] = ordinary[slot];
    }
    answer = await post();
  }
  assert.equal(answer.status, 202, `${shown(text)}: ${answer.text}`);
  const status = await world.settled(answer.json.id, ({ status: state }) => state === 'relayed');
  assert.equal((status as { metadata?: Record<string, string> }).metadata?.['a'], slots.metadata);
  return slots;
}

const lines = (text = ''): string => text.replaceAll(/\r\n?/g, '\n').replace(/\n+$/, '');

/** Spaces around the text of a field are not part of it (RFC 5322 §2.2). */
const trimmed = (text: string): string => text.replace(/^ +/, '').replace(/ +$/, '');

/** Subject and own field, decoded. What Graph is told as JSON is Exchange's to encode. */
function fieldsOf({ parsed, accepted }: ArrivedMail): { readonly subject: string; readonly header: string } {
  const { message } = (accepted.json ?? {}) as {
    message?: { subject: string; internetMessageHeaders: { name: string; value: string }[] };
  };
  const field = parsed.headers.find(({ key }) => key === 'x-nasty')?.value ?? '';
  return message
    ? {
        subject: message.subject,
        header: message.internetMessageHeaders.find(({ name }) => name === 'X-Nasty')?.value ?? '',
      }
    : { subject: parsed.subject ?? '', header: decodeWords(field) };
}

/** Holds that a mail says what was submitted. */
function assertSays({ parsed, accepted }: ArrivedMail, slots: Slots, about: string): void {
  const { subject, header } = fieldsOf({ parsed, accepted });
  assert.equal(trimmed(subject), trimmed(slots.subject), `subject of ${about}`);
  assert.equal(header, trimmed(slots.header), `header of ${about}`);
  const to = parsed.to?.[0];
  assert.equal(parsed.to?.length, 1, about);
  assert.equal(to?.address, 'ops@example.com', about);
  // What a name is without the spaces around it and within is said in docs/api.md.
  const name = slots.name.trim().replaceAll(/ {2,}/g, ' ');
  assert.ok(to?.name === name || (name === '' && !to?.name), `name of ${about}: ${shown(to?.name)}`);
  assert.equal(lines(parsed.text), lines(slots.text), `text of ${about}`);
  const [file, second] = parsed.attachments;
  assert.equal(second, undefined);
  assert.equal(file?.filename, slots.filename.trim(), `file name of ${about}`);
  assert.equal(Buffer.from(file?.content as ArrayBuffer).toString(), slots.filename, `content of ${about}`);
  assert.ok(!accepted.mime.includes('evil@example.org'), about);
}

/**
 * Sends every string and reads it again.
 *
 * @param html as of `submission`. @returns how many strings each place took.
 */
export async function roundTrip(world: World, html?: string): Promise<Record<Slot, number>> {
  const sent = new Map<string, Slots>();
  const kind = html === undefined ? 'plain' : 'both';
  await each(
    nasty,
    async (text, i) => void sent.set(`${kind}-${i}`, await send(world, text, `${kind}-${i}`, html)),
    4,
  );
  const mails = await world.mails();
  const counts = Object.fromEntries(Object.keys(ordinary).map((slot) => [slot, 0])) as Record<Slot, number>;
  for (const [id, slots] of sent) {
    const found = mails.filter(({ parsed }) =>
      parsed.headers.some(({ key, value }) => key === 'x-case' && value === id),
    );
    assert.equal(found.length, 1, `${id} arrived ${found.length} times`);
    const about = `${id}, ${shown(nasty[Number(id.split('-')[1])])}`;
    assertSays(found[0] as ArrivedMail, slots, about);
    for (const slot of Object.keys(counts) as Slot[]) if (slots[slot] !== ordinary[slot]) counts[slot] += 1;
  }
  return counts;
}
