/**
 * Upload sessions: a file of 3 to 150 MB comes into a draft range by range.
 * https://learn.microsoft.com/graph/outlook-large-attachments, read 2026-11; the spelling of the answers:
 * msgraph-sdk-dotnet#2092. The bytes are kept as they came, chunk by chunk: nothing is copied.
 */
import { randomUUID } from 'node:crypto';
import { attachmentId, type Drafts } from './drafts.ts';
import { GRAPH, OVERSIZE } from './errors.ts';
import type { Reply } from './exchange.ts';
import { idOf, type Draft, type Item } from './items.ts';
import { parseBody, text } from './json-message.ts';
import { missing } from './mail-folders.ts';
import type { Mailbox } from './mailboxes.ts';
import type { GraphSettings } from './settings.ts';
import { isObject, type Shape } from './shape.ts';

/** Decimal, below the 3 MiB that may be posted: which of the two Microsoft means by "3 MB" is not said. */
const MIN_FILE = 3_000_000;
const MAX_FILE = 150 * 1024 * 1024;
/** The most bytes of one range. */
export const MAX_RANGE = 4 * 1024 * 1024;

const item: Shape = {
  members: {
    attachmentType: ['file'],
    name: 'string',
    size: 'number',
    contentType: 'string?',
    isInline: 'boolean',
    contentId: 'string?',
  },
  required: ['attachmentType', 'name', 'size'],
};
/** The documentation spells the parameter with a capital, the libraries without. */
const body: Shape = { members: { AttachmentItem: item, attachmentItem: item } };

export interface UploadSession {
  readonly id: string;
  /** The secret in the URL, which stands in for the Authorization header. */
  readonly authtoken: string;
  /** Client id of the app that opened it. */
  readonly app: string;
  readonly item: Item;
  readonly file: { readonly name: string; readonly contentType: string; readonly contentId?: string };
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** In order. */
  readonly chunks: Buffer[];
  /** Bytes in `chunks`. */
  received: number;
}

/** A `Content-Range`: the first and the last byte, from 0, and the size of the file. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
  readonly total: number;
}

export class UploadSessions {
  readonly #drafts: Drafts;
  readonly #settings: GraphSettings;
  readonly #sessions = new Map<string, UploadSession>();

  constructor(drafts: Drafts, settings: GraphSettings) {
    this.#drafts = drafts;
    this.#settings = settings;
  }

  /** `POST …/attachments/createUploadSession`. @param origin where the ranges go to, `https://<host>:<port>`. */
  open(
    draft: { readonly mailbox: Mailbox; readonly id: string; readonly app: string },
    bytes: Buffer,
    origin: string,
    now: number,
  ): Reply {
    const found = this.#drafts.find(draft.mailbox, draft.id, now);
    if (!found.ok) return missing(found.reason);
    const parsed = parseBody(bytes, body);
    if (!parsed.ok) return parsed;
    const wanted = parsed.json['AttachmentItem'] ?? parsed.json['attachmentItem'];
    if (!isObject(wanted)) return { ok: false, refusal: GRAPH.undeserializable };
    const size = Number(wanted['size']);
    if (size < MIN_FILE) return { ok: false, refusal: GRAPH.attachmentTooSmall };
    if (size > MAX_FILE) return { ok: false, refusal: GRAPH.attachmentTooLarge };
    const contentId = text(wanted['contentId']);
    const session: UploadSession = {
      id: `AAMkADk0MTU2ZjY1${randomUUID()}AAA=`,
      authtoken: `eyJhbGciOiJSUzI1NiJ9.${randomUUID()}.${randomUUID()}`,
      app: draft.app,
      item: found.item,
      file: {
        name: text(wanted['name']),
        contentType: text(wanted['contentType']) || 'application/octet-stream',
        ...(wanted['isInline'] === true && contentId !== '' ? { contentId } : {}),
      },
      size,
      expiresAt: now + this.#settings.uploadLifetime,
      chunks: [],
      received: 0,
    };
    // Sessions that nobody asks for any more shall not keep their bytes.
    for (const id of this.#sessions.keys()) this.find(id, now);
    this.#sessions.set(session.id, session);
    return {
      ok: true,
      status: 201,
      body: {
        '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.uploadSession',
        uploadUrl: `${origin}${messagePath(session.item)}/AttachmentSessions('${session.id}')?authtoken=${session.authtoken}`,
        expirationDateTime: new Date(session.expiresAt).toISOString(),
        nextExpectedRanges: ['0-'],
      },
    };
  }

  /** Undefined when the session never was, is over, or has lost its draft. @param now milliseconds since 1970. */
  find(id: string, now: number): UploadSession | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined) return undefined;
    if (now < session.expiresAt && this.#draftOf(session, now) !== undefined) return session;
    this.end(session);
    return undefined;
  }

  end(session: UploadSession): void {
    this.#sessions.delete(session.id);
  }

  /** Why these bytes cannot come next; undefined when they can. */
  objection(session: UploadSession, range: ByteRange | undefined, length: number): Reply | undefined {
    if (length > MAX_RANGE) return { ok: false, refusal: OVERSIZE[this.#settings.oversize] };
    if (
      range?.total !== session.size ||
      range.last - range.first + 1 !== length ||
      range.last >= session.size
    ) {
      return { ok: false, refusal: GRAPH.rangeInvalid };
    }
    return range.first === session.received ? undefined : { ok: false, refusal: GRAPH.rangeNotExpected };
  }

  /** Takes the next bytes. The last ones attach the file, and end the session. */
  append(session: UploadSession, chunks: readonly Buffer[], length: number, now: number): Reply {
    session.chunks.push(...chunks);
    session.received += length;
    if (session.received < session.size) return this.state(session);
    this.end(session);
    const attachments = this.#draftOf(session, now)?.attachments;
    if (attachments === undefined) return missing('not-found');
    attachments.push({ ...session.file, contentBytes: session.chunks });
    const id = attachmentId(session.item, attachments.length);
    const location = `https://outlook.office.com${messagePath(session.item)}/Attachments('${id}')`;
    return { ok: true, status: 201, headers: { Location: location } };
  }

  /** The answer to every range but the last, and to a question: what has come, and what is expected. */
  state(session: UploadSession): Reply {
    const ranges = this.#settings.uploadSpelling === 'pascal' ? 'NextExpectedRanges' : 'nextExpectedRanges';
    const context = `https://outlook.office.com/api/v2.0/$metadata#${messagePath(session.item).slice(10)}/AttachmentSessions/$entity`;
    return {
      ok: true,
      status: 200,
      body: {
        '@odata.context': context,
        ExpirationDateTime: new Date(session.expiresAt).toISOString(),
        [ranges]: [String(session.received)],
      },
    };
  }

  #draftOf({ item: { mailbox }, item: one }: UploadSession, now: number): Draft | undefined {
    const found = this.#drafts.find(mailbox, idOf(one, 'drafts', true), now);
    return found.ok ? found.draft : undefined;
  }
}

function messagePath(one: Item): string {
  return `/api/v2.0/Users('${encodeURIComponent(one.mailbox.id ?? one.mailbox.address)}')/Messages('${idOf(one, 'drafts', true)}')`;
}
