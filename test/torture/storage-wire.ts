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
  | 'row-read'
  | 'claim'
  | 'postpone'
  | 'settle'
  /** The sweep puts off its next look at a row, before it rings. */
  | 'sweep-mark'
  | 'row-changed'
  | 'doorbell-put'
  /** A doorbell that is to ring later. */
  | 'doorbell-later'
  | 'doorbell-taken'
  | 'doorbell-deleted'
  | 'poison-put'
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
  if (!queue.startsWith(storageNames.queue)) return other;
  const poison = queue === storageNames.poisonQueue;
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

/** The ids in the messages of a queue request or answer. */
function entries(xml: Buffer): string[] {
  return [...xml.toString('utf8').matchAll(/<MessageText>([^<]*)<\/MessageText>/g)].flatMap(
    ([, text = '']) => {
      const id = /"message":"([0-9a-z]{26})"/.exec(Buffer.from(text, 'base64').toString('utf8'))?.[1];
      return id === undefined ? [] : [id];
    },
  );
}

const changes: ReadonlySet<string> = new Set([
  'UpdateEntity',
  'MergeEntity',
  'InsertOrReplaceEntity',
  'InsertOrMergeEntity',
]);

function tableAct(operation: string, path: string, { body }: Asked): StorageAct {
  if (!new RegExp(`/${storageNames.messages}(?:\\(|$)`).test(path)) return other;
  const id = /RowKey='([0-9a-z]{26})'/.exec(path)?.[1];
  if (operation === 'GetEntity' && id !== undefined) return { step: 'row-read', messages: [id] };
  // A value within a text is escaped, so this finds the property alone.
  const state = /"state":"([a-z-]+)"/.exec(body.toString('latin1'))?.[1];
  const given = state === undefined ? {} : { state };
  if (operation === 'InsertEntity') {
    const key = /"RowKey":"([0-9a-z]{26})"/.exec(body.toString('latin1'))?.[1];
    return key === undefined ? other : { step: 'row-insert', messages: [key], ...given };
  }
  if (!changes.has(operation) || id === undefined) return other;
  return { step: stepTo(state, body.toString('latin1')), messages: [id], ...given };
}

function stepTo(state: string | undefined, body: string): StorageStep {
  if (state === undefined) {
    return body.includes('"sweepAt"') && !body.includes('"leaseUntil"') ? 'sweep-mark' : 'row-changed';
  }
  if (state === 'sending') return 'claim';
  if (state === 'deferred') return 'postpone';
  return endStates.has(state) ? 'settle' : 'row-changed';
}
