/**
 * The queue service.
 * Source: https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api
 */
import { randomUUID } from 'node:crypto';
import { Queue, type Message } from './queue.ts';
import { refuse, type Refusal } from './refusal.ts';
import { isResourceName, wholeNumber, type Answer, type Call, type Doers, type Service } from './service.ts';
import { document, elements, textOf } from './xml.ts';

export type QueueChange =
  | { readonly do: 'create queue'; readonly queue: string }
  | { readonly do: 'clear queue'; readonly queue: string }
  | { readonly do: 'delete queue'; readonly queue: string }
  | {
      readonly do: 'put message';
      readonly queue: string;
      readonly message: Omit<Message, 'sequence' | 'place' | 'dequeueCount'>;
    }
  | {
      readonly do: 'receive messages';
      readonly queue: string;
      readonly ids: readonly string[];
      readonly visibleAt: number;
      readonly popReceipt: string;
    }
  | {
      readonly do: 'update message';
      readonly queue: string;
      readonly id: string;
      readonly visibleAt: number;
      readonly popReceipt: string;
      readonly text?: string;
    }
  | { readonly do: 'delete message'; readonly queue: string; readonly id: string };

const WEEK_SECONDS = 7 * 24 * 3600;
const LIMITS = { textBytes: 64 * 1024, messages: 32, visibilitySeconds: WEEK_SECONDS } as const;
/** https://learn.microsoft.com/rest/api/storageservices/get-messages: the default of `visibilitytimeout`. */
const HIDDEN_SECONDS = 30;
const NEVER = Date.UTC(9999, 11, 31, 23, 59, 59);
const XML = { 'content-type': 'application/xml' } as const;

type Commit = (change: QueueChange) => void;

export class Queues implements Service<QueueChange> {
  readonly #queues = new Map<string, Queue>();

  apply(change: QueueChange): void {
    if (change.do === 'create queue' || change.do === 'clear queue') {
      this.#queues.set(change.queue, new Queue());
      return;
    }
    if (change.do === 'delete queue') {
      this.#queues.delete(change.queue);
      return;
    }
    const queue = this.#queues.get(change.queue);
    if (!queue) return;
    if (change.do === 'put message') return queue.put(change.message);
    for (const id of change.do === 'receive messages' ? change.ids : [change.id]) {
      const message = queue.get(id);
      if (message) applyTo(queue, message, change);
    }
  }

  handle(call: Call, commit: Commit): Answer | Refusal {
    if (call.operation === 'ListQueues') return this.#list(call);
    const [name = '', , id = ''] = call.resource;
    const queue = this.#queues.get(name);
    if (call.operation === 'CreateQueue') return create(name, queue, commit);
    if (!queue) return refuse('QueueNotFound');
    const does: Doers = {
      DeleteQueue: () => emptied({ do: 'delete queue', queue: name }, commit),
      ClearMessages: () => emptied({ do: 'clear queue', queue: name }, commit),
      GetQueueMetadata: () => ({
        status: 200,
        headers: { 'x-ms-approximate-messages-count': String(queue.size) },
      }),
      PutMessage: () => put(name, call, commit),
      GetMessages: () => receive(name, queue, call, commit),
      UpdateMessage: () => update(name, queue.get(id), call, commit),
      DeleteMessage: () => remove(name, queue.get(id), call, commit),
    };
    return does[call.operation]?.() ?? refuse('NotImplemented');
  }

  #list({ account, query }: Call): Answer {
    const prefix = query.get('prefix') ?? '';
    const names = [...this.#queues.keys()].filter((name) => name.startsWith(prefix)).sort();
    const queues = names.map((name) => `<Queue>${elements({ Name: name })}</Queue>`).join('');
    const content = `${elements({ Prefix: prefix })}<Queues>${queues}</Queues><NextMarker />`;
    const body = document('EnumerationResults', content, ` ServiceEndpoint="${account}"`);
    return { status: 200, headers: XML, body };
  }
}

function applyTo(
  queue: Queue,
  message: Message,
  change: Exclude<QueueChange, { readonly do: `${string} queue` | 'put message' }>,
): void {
  if (change.do === 'delete message') return queue.remove(message);
  if (change.do === 'receive messages') message.dequeueCount++;
  else if (change.text !== undefined) message.text = change.text;
  return queue.show(message, change.visibleAt, change.popReceipt);
}

function create(name: string, present: Queue | undefined, commit: Commit): Answer | Refusal {
  if (!isResourceName(name)) return refuse('InvalidResourceName');
  if (present) return { status: 204 };
  commit({ do: 'create queue', queue: name });
  return { status: 201 };
}

function put(queue: string, { query, body, now }: Call, commit: Commit): Answer | Refusal {
  const hidden = wholeNumber(query, 'visibilitytimeout') ?? 0;
  const lifetime = wholeNumber(query, 'messagettl') ?? WEEK_SECONDS;
  if (!(hidden >= 0 && hidden <= LIMITS.visibilitySeconds)) return refuse('OutOfRangeQueryParameterValue');
  if (!(lifetime === -1 || lifetime > hidden)) return refuse('InvalidQueryParameterValue');
  const text = textOf(body.toString(), 'MessageText');
  if (text === undefined) return refuse('InvalidXmlDocument');
  if (Buffer.byteLength(text) > LIMITS.textBytes) return refuse('RequestBodyTooLarge');
  const message = {
    id: randomUUID(),
    text,
    insertedAt: now,
    expiresAt: lifetime === -1 ? NEVER : now + lifetime * 1000,
    visibleAt: now + hidden * 1000,
    popReceipt: newPopReceipt(),
    copy: false,
  };
  commit({ do: 'put message', queue, message });
  const { id, insertedAt, expiresAt, visibleAt, popReceipt } = message;
  return messages(201, [
    { ...times({ id, insertedAt, expiresAt }), PopReceipt: popReceipt, TimeNextVisible: date(visibleAt) },
  ]);
}

function receive(name: string, queue: Queue, call: Call, commit: Commit): Answer | Refusal {
  const { query, now } = call;
  const count = wholeNumber(query, 'numofmessages') ?? 1;
  const hidden = wholeNumber(query, 'visibilitytimeout') ?? HIDDEN_SECONDS;
  if (!(count >= 1 && count <= LIMITS.messages)) return refuse('OutOfRangeQueryParameterValue');
  if (!(hidden >= 1 && hidden <= LIMITS.visibilitySeconds)) return refuse('OutOfRangeQueryParameterValue');
  const found = queue.visible(now, count);
  if (query.get('peekonly') === 'true') {
    return messages(
      200,
      found.map((message) => peeked(message)),
    );
  }
  if (found.length > 0) {
    const ids = found.map(({ id }) => id);
    const [visibleAt, popReceipt] = [now + hidden * 1000, newPopReceipt()];
    commit({ do: 'receive messages', queue: name, ids, visibleAt, popReceipt });
  }
  for (const message of found) {
    if (!message.copy && call.doubles()) double(name, message, now, commit);
  }
  return messages(
    200,
    found.map((message) => received(message)),
  );
}

/** The second delivery is a message of its own: the first one's deletion must not take it away. It is not doubled again. */
function double(queue: string, message: Message, now: number, commit: Commit): void {
  const { text, insertedAt, expiresAt } = message;
  const copy = { id: randomUUID(), text, insertedAt, expiresAt, visibleAt: now, popReceipt: newPopReceipt() };
  commit({ do: 'put message', queue, message: { ...copy, copy: true } });
}

function update(queue: string, message: Message | undefined, call: Call, commit: Commit): Answer | Refusal {
  const { query, body, now } = call;
  const hidden = wholeNumber(query, 'visibilitytimeout') ?? Number.NaN;
  if (!(hidden >= 0 && hidden <= LIMITS.visibilitySeconds)) return refuse('OutOfRangeQueryParameterValue');
  if (!message) return refuse('MessageNotFound');
  if (message.popReceipt !== query.get('popreceipt')) return refuse('PopReceiptMismatch');
  const text = textOf(body.toString(), 'MessageText');
  if (text !== undefined && Buffer.byteLength(text) > LIMITS.textBytes) return refuse('RequestBodyTooLarge');
  const [visibleAt, popReceipt] = [now + hidden * 1000, newPopReceipt()];
  const { id } = message;
  commit({ do: 'update message', queue, id, visibleAt, popReceipt, ...(text !== undefined && { text }) });
  const headers = { 'x-ms-popreceipt': popReceipt, 'x-ms-time-next-visible': date(visibleAt) };
  return { status: 204, headers };
}

function remove(queue: string, message: Message | undefined, call: Call, commit: Commit): Answer | Refusal {
  if (!message) return refuse('MessageNotFound');
  if (message.popReceipt !== call.query.get('popreceipt')) return refuse('PopReceiptMismatch');
  commit({ do: 'delete message', queue, id: message.id });
  return { status: 204 };
}

function emptied(change: QueueChange, commit: Commit): Answer {
  commit(change);
  return { status: 204 };
}

const newPopReceipt = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64');
const date = (at: number): string => new Date(at).toUTCString();

type Members = Readonly<Record<string, string | number>>;

const times = ({ id, insertedAt, expiresAt }: Pick<Message, 'id' | 'insertedAt' | 'expiresAt'>): Members => ({
  MessageId: id,
  InsertionTime: date(insertedAt),
  ExpirationTime: date(expiresAt),
});

const peeked = (message: Message): Members => ({
  ...times(message),
  DequeueCount: message.dequeueCount,
  MessageText: message.text,
});

const received = (message: Message): Members => ({
  ...peeked(message),
  PopReceipt: message.popReceipt,
  TimeNextVisible: date(message.visibleAt),
});

function messages(status: number, all: readonly Members[]): Answer {
  const list = all.map((members) => `<QueueMessage>${elements(members)}</QueueMessage>`).join('');
  return { status, headers: XML, body: document('QueueMessagesList', list) };
}
