/**
 * What a request to storage means for a message, read from the wire alone: method, path, body, answer.
 */
import { operationName, type StorageService } from '../../infra/local/azurite-operations.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import type { Answered, Asked } from './http-proxy.ts';

/** The steps that have a name. `other` is everything without one: registers, pace, polls of an empty queue. */
export type StorageStep =
  | 'content-staged'
  | 'content-removed'
  | 'row-insert'
  /** The rows of a batch, in one transaction. */
  | 'batch-insert'
  /** A row that is inserted as claimed, since it is sent within the call. */
  | 'express-insert'
  | 'row-read'
  /** The rows of a batch are read by one query. */
  | 'batch-read'
  | 'claim'
  | 'postpone'
  | 'settle'
  /** The sweep puts off its next look at a row, before it rings. */
  | 'sweep-mark'
  /** The id of a draft is written down, or struck out. */
  | 'draft-noted'
  | 'row-changed'
  | 'doorbell-put'
  /** A doorbell that is to ring later. */
  | 'doorbell-later'
  | 'doorbell-taken'
  | 'doorbell-deleted'
  | 'poison-put'
  /** The bell of a webhook. */
  | 'event-rung'
  | 'event-taken'
  | 'other';

/** A request, understood. */
export interface StorageAct {
  readonly step: StorageStep;
  /** The messages it is about. */
  readonly messages: readonly string[];
  /** The state that the row is given. */
  readonly state?: string;
}

/** States that end a message. */
export const endStates: ReadonlySet<string> = new Set([
  'relayed',
  'failed',
  'expired',
  'unknown',
  'cancelled',
  'discarded',
  'dead-lettered',
]);

const other: StorageAct = { step: 'other', messages: [] };

/** @param answered absent while the server has not answered: what a poll brings is not known then. */
export function readStorage(service: StorageService, asked: Asked, answered?: Answered): StorageAct {
  const operation = operationName(service, asked.method, asked.url, asked.headers);
  const path = decodeURIComponent(new URL(asked.url, 'http://storage').pathname);
  if (service === 'blob') return blobAct(operation);
  return service === 'queue' ? queueAct(operation, path, asked, answered) : tableAct(operation, path, asked);
}

function blobAct(operation: string): StorageAct {
  if (['PutBlob', 'PutBlockList'].includes(operation)) return { step: 'content-staged', messages: [] };
  return operation === 'DeleteBlob' ? { step: 'content-removed', messages: [] } : other;
}

function queueAct(
  operation: string,
  path: string,
  { url, body }: Asked,
  answered: Answered | undefined,
): StorageAct {
  const queue = path.split('/')[2] ?? '';
  if (queue === storageNames.events) return eventAct(operation, body, answered);
  if (!queue.startsWith(storageNames.queue)) return other;
  const poison = queue.endsWith('-poison');
  if (operation === 'PutMessage') {
    const later = !/[?&]visibilitytimeout=0?(?:&|$)/.test(url) && url.includes('visibilitytimeout=');
    return {
      step: poison ? 'poison-put' : later ? 'doorbell-later' : 'doorbell-put',
      messages: entries(body),
    };
  }
  if (poison) return other;
  if (operation === 'DeleteMessage') return { step: 'doorbell-deleted', messages: [] };
  if (operation !== 'GetMessages' || !answered) return other;
  const messages = entries(answered.body);
  return messages.length > 0 ? { step: 'doorbell-taken', messages } : other;
}

function eventAct(operation: string, body: Buffer, answered: Answered | undefined): StorageAct {
  if (operation === 'PutMessage') return { step: 'event-rung', messages: entries(body) };
  const messages = operation === 'GetMessages' && answered ? entries(answered.body) : [];
  return messages.length > 0 ? { step: 'event-taken', messages } : other;
}

/** The ids in the messages of a queue request or answer: one each, or several where the doorbell is a batch's. */
function entries(xml: Buffer): string[] {
  return [...xml.toString('utf8').matchAll(/<MessageText>([^<]*)<\/MessageText>/g)].flatMap(([, text = '']) =>
    [
      ...Buffer.from(text, 'base64')
        .toString('utf8')
        .matchAll(/"([0-9a-z]{26})"/g),
    ].map(([, id = '']) => id),
  );
}

const changes: ReadonlySet<string> = new Set([
  'UpdateEntity',
  'MergeEntity',
  'InsertOrReplaceEntity',
  'InsertOrMergeEntity',
]);

function tableAct(operation: string, path: string, { url, body }: Asked): StorageAct {
  const text = body.toString('latin1');
  if (operation === 'EntityGroupTransaction') {
    const ids = [...text.matchAll(/"RowKey":"([0-9a-z]{26})"/g)].map(([, id = '']) => id);
    return ids.length > 0 ? { step: 'batch-insert', messages: ids, state: 'accepted' } : other;
  }
  if (!new RegExp(`/${storageNames.messages}(?:\\(|$)`).test(path)) return other;
  if (operation === 'QueryEntities') {
    return /RowKey(?:\+|%20)ge/.test(url) && /RowKey(?:\+|%20)le/.test(url)
      ? { step: 'batch-read', messages: [] }
      : other;
  }
  const id = /RowKey='([0-9a-z]{26})'/.exec(path)?.[1];
  if (operation === 'GetEntity' && id !== undefined) return { step: 'row-read', messages: [id] };
  // A value within a text is escaped, so this finds the property alone.
  const state = /"state":"([a-z-]+)"/.exec(text)?.[1];
  const given = state === undefined ? {} : { state };
  if (operation === 'InsertEntity') {
    const key = /"RowKey":"([0-9a-z]{26})"/.exec(text)?.[1];
    const step = state === 'sending' ? 'express-insert' : 'row-insert';
    return key === undefined ? other : { step, messages: [key], ...given };
  }
  if (!changes.has(operation) || id === undefined) return other;
  return { step: stepTo(state, text), messages: [id], ...given };
}

function stepTo(state: string | undefined, body: string): StorageStep {
  if (state === undefined) {
    const has = (column: string): boolean => body.includes(`"${column}"`);
    if (has('progress')) return 'draft-noted';
    // A renewed claim has a lease; a message that is held back has another time.
    return has('sweepAt') && !has('leaseUntil') && !has('dueAt') ? 'sweep-mark' : 'row-changed';
  }
  if (state === 'sending') return 'claim';
  if (state === 'deferred') return 'postpone';
  return endStates.has(state) ? 'settle' : 'row-changed';
}
