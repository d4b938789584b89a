import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueAccount } from './connection.ts';
import { messageXml, parseMessages, type QueueMessage } from './message.ts';
import { sharedKey } from './shared-key.ts';

/** Any version that knows these few operations; Azurite and Azure accept it. */
const API_VERSION = '2021-12-02';
const TIMEOUT_MS = 30_000;
/** Pauses before the second and third try, as short as an idle connection closed by the server deserves. */
const RETRY_MS = [50, 500];

/** The service refused: HTTP status and `x-ms-error-code`. */
export class StorageFault extends Error {
  override readonly name = 'StorageFault';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, operation: string) {
    super(`${operation} was refused with ${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

/** The six operations that the trigger needs of one queue. All reject with a StorageFault or a network error. */
export interface QueueClient {
  name: string;
  url: string;
  exists(): Promise<boolean>;
  create(): Promise<void>;
  /** At most 32 messages, invisible to others for `visibilitySeconds`. */
  receive(count: number, visibilitySeconds: number): Promise<QueueMessage[]>;
  /** Sets a message's visibility and returns its new pop receipt. */
  hide(id: string, popReceipt: string, visibilitySeconds: number): Promise<string>;
  remove(id: string, popReceipt: string): Promise<void>;
  /** `text` is stored as it is; it lives 7 days, the service's default. */
  send(text: string): Promise<void>;
}

const agents = {
  'http:': new http.Agent({ keepAlive: true, timeout: TIMEOUT_MS }),
  'https:': new https.Agent({ keepAlive: true, timeout: TIMEOUT_MS }),
};

/**
 * A client for one queue over node:http. The host has its own, because loading `@azure/storage-queue` (280 files)
 * takes longer than all the rest of a start, and its calls cost several times the processor time.
 * Source: https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api
 */
export function createQueueClient(account: QueueAccount, name: string): QueueClient {
  const url = `${account.endpoint}/${name}`;
  const message = (id: string, popReceipt: string): string =>
    `${url}/messages/${id}?popreceipt=${encodeURIComponent(popReceipt)}`;
  const call = (operation: string, method: string, target: string, body?: string): Promise<Reply> =>
    retrying(() => send(account, operation, method, target, body));
  return {
    name,
    url,
    async exists() {
      try {
        await call('Get Queue Metadata', 'GET', `${url}?comp=metadata`);
        return true;
      } catch (error) {
        if (error instanceof StorageFault && error.status === 404) return false;
        throw error;
      }
    },
    async create() {
      await call('Create Queue', 'PUT', url);
    },
    async receive(count, seconds) {
      const target = `${url}/messages?numofmessages=${count}&visibilitytimeout=${seconds}`;
      return parseMessages((await call('Get Messages', 'GET', target)).text);
    },
    async hide(id, popReceipt, seconds) {
      const target = `${message(id, popReceipt)}&visibilitytimeout=${seconds}`;
      return (await call('Update Message', 'PUT', target)).popReceipt;
    },
    async remove(id, popReceipt) {
      await call('Delete Message', 'DELETE', message(id, popReceipt));
    },
    async send(text) {
      await call('Put Message', 'POST', `${url}/messages`, messageXml(text));
    },
  };
}

interface Reply {
  text: string;
  popReceipt: string;
}

/** Tries again after a network error or a 5xx; a refusal is final. */
async function retrying(call: () => Promise<Reply>): Promise<Reply> {
  for (const ms of RETRY_MS) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof StorageFault && error.status < 500) throw error;
      await sleep(ms);
    }
  }
  return call();
}

function send(
  account: QueueAccount,
  operation: string,
  method: string,
  target: string,
  body = '',
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const url = new URL(target);
  const secure = url.protocol === 'https:';
  const request = (secure ? https : http).request(
    account.sas ? `${target}${url.search ? '&' : '?'}${account.sas}` : target,
    {
      method,
      agent: secure ? agents['https:'] : agents['http:'],
      headers: headersFor(account, method, url, body),
    },
    (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status < 300) resolve({ text, popReceipt: String(response.headers['x-ms-popreceipt'] ?? '') });
        else reject(new StorageFault(status, String(response.headers['x-ms-error-code'] ?? ''), operation));
      });
    },
  );
  request.on('timeout', () =>
    request.destroy(new Error(`${operation} had no answer in ${TIMEOUT_MS / 1000} s`)),
  );
  request.on('error', reject);
  request.end(body);
  return promise;
}

function headersFor(account: QueueAccount, method: string, url: URL, body: string): Record<string, string> {
  const common = { 'x-ms-date': new Date().toUTCString(), 'x-ms-version': API_VERSION };
  const length = Buffer.byteLength(body);
  const contentType = length > 0 ? 'application/xml' : '';
  const { key } = account;
  return {
    ...common,
    'content-length': String(length),
    ...(contentType && { 'content-type': contentType }),
    ...(key && { authorization: sharedKey({ ...account, key }, method, url, common, length, contentType) }),
  };
}
