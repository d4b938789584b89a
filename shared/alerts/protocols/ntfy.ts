/**
 * What an ntfy server answers to a publication (docs.ntfy.sh, "Publishing" and "JSON message format").
 */
import type { Handshake, HookRequest } from '../alert.ts';
import { headerText } from '../header-text.ts';
import { has, isFields, list, text } from '../sketch.ts';

type Answer = Handshake['answer'];

/** What was accepted. */
export interface Accepted {
  /** Our id of the message. */
  readonly id: string;
  readonly at: Date;
  /** The topic that was published to. */
  readonly topic: string;
  readonly message: string;
  readonly title?: string;
  /** 1 to 5. */
  readonly priority?: number;
  readonly tags?: readonly string[];
  readonly click?: string;
}

const headers = { 'content-type': 'application/json' };

/** 200 with the message. ntfy leaves out what was not given. */
export function accepted(message: Accepted): Answer {
  const { title, priority, tags, click } = message;
  const body = {
    id: message.id,
    time: Math.floor(message.at.getTime() / 1000),
    event: 'message',
    topic: message.topic,
    ...(title ? { title } : {}),
    message: message.message,
    ...(priority === undefined ? {} : { priority }),
    ...(tags?.length ? { tags } : {}),
    ...(click ? { click } : {}),
  };
  return { status: 200, headers, body: `${JSON.stringify(body)}\n` };
}

/**
 * A refusal as ntfy words it. Its own codes are the status with two digits more.
 *
 * @param status HTTP status code; 429 makes ntfy's clients wait.
 * @param detail what to do.
 * @param retryAfter in seconds.
 */
export function refused(status: number, detail: string, retryAfter?: number): Answer {
  return {
    status,
    headers: retryAfter === undefined ? headers : { ...headers, 'retry-after': String(retryAfter) },
    body: `${JSON.stringify({ code: status * 100 + 1, http: status, error: detail })}\n`,
  };
}

const priorities: Readonly<Record<string, number>> = {
  min: 1,
  low: 2,
  default: 3,
  high: 4,
  max: 5,
  urgent: 5,
};

/**
 * What was published, as the answer repeats it: out of JSON with a topic, else out of the body with ntfy's headers and query
 * parameters, in their short spellings too.
 */
export function publicationOf(request: HookRequest): Omit<Accepted, 'id' | 'at' | 'topic'> {
  const { value, query } = request;
  const json = has(value, 'topic') && isFields(value) ? value : undefined;
  const said = (names: string): string => {
    if (json) return text(json[names.split(' ')[0] ?? '']);
    const all = names.split(' ').flatMap((name) => [name, `x-${name}`]);
    const inQuery = all.map((name) => query.get(name)?.trim() ?? '').find((found) => found !== '');
    return headerText(request.header, all) ?? inQuery ?? '';
  };
  const priority = said('priority prio p').toLowerCase();
  const number = Object.hasOwn(priorities, priority) ? priorities[priority] : Number.parseInt(priority, 10);
  const tags = json ? list(json['tags']).map(text) : said('tags tag ta').split(',').map(text);
  return {
    // ntfy's own word for a message without one.
    message: said('message m') || (json ? '' : request.text.trim()) || 'triggered',
    title: said('title t'),
    ...(number !== undefined && number >= 1 && number <= 5 ? { priority: number } : {}),
    tags: tags.filter((tag) => tag !== ''),
    click: said('click'),
  };
}

/** `GET /v1/health`. */
export const health: Answer = { status: 200, headers, body: JSON.stringify({ healthy: true }) };
