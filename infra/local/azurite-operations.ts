import type { IncomingHttpHeaders } from 'node:http';

/** The three services of a storage account that Azurite emulates. */
export type StorageService = 'blob' | 'queue' | 'table';

/**
 * The REST operation behind a request, in Microsoft's names without spaces: `PutMessage`, `UpdateEntity`, `PutBlob`.
 * `url` is the request target with the account as first path segment, as Azurite's addresses have it. What is not in
 * the tables is named by its method and `comp`, for example `PUT tier`.
 * Source: https://learn.microsoft.com/rest/api/storageservices/
 */
export function operationName(
  service: StorageService,
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
): string {
  const { pathname, searchParams } = new URL(url, 'http://storage');
  const [, , ...resource] = pathname.split('/').map(decodeURIComponent);
  const comp = searchParams.get('comp') ?? '';
  const tunnelled = headers['x-http-method'];
  const verb = method === 'POST' && typeof tunnelled === 'string' ? tunnelled : method;
  const found =
    service === 'table'
      ? tableOperation(verb, resource, headers)
      : (service === 'queue' ? QUEUE : BLOB)[`${verb} ${depth(service, resource)} ${comp}`.trim()];
  return found ?? `${verb} ${comp}`.trim();
}

/** The table, queue or container in a request target with the account as first path segment; empty for the account's own. */
export function resourceName(url: string): string {
  const [, , resource = ''] = new URL(url, 'http://storage').pathname.split('/');
  return decodeURIComponent(resource).replace(/\(.*$/s, '');
}

/** 0: account, 1: queue or container, 2: messages or blob, 3: one message. */
function depth(service: StorageService, resource: string[]): number {
  const parts = resource.filter(Boolean).length;
  return service === 'blob' ? Math.min(parts, 2) : parts;
}

const QUEUE: Readonly<Record<string, string>> = {
  'GET 0 list': 'ListQueues',
  'PUT 1': 'CreateQueue',
  'DELETE 1': 'DeleteQueue',
  'GET 1 metadata': 'GetQueueMetadata',
  'HEAD 1 metadata': 'GetQueueMetadata',
  'POST 2': 'PutMessage',
  'GET 2': 'GetMessages',
  'DELETE 2': 'ClearMessages',
  'PUT 3': 'UpdateMessage',
  'DELETE 3': 'DeleteMessage',
};

const BLOB: Readonly<Record<string, string>> = {
  'GET 0 list': 'ListContainers',
  'PUT 1': 'CreateContainer',
  'DELETE 1': 'DeleteContainer',
  'GET 1': 'GetContainerProperties',
  'HEAD 1': 'GetContainerProperties',
  'GET 1 list': 'ListBlobs',
  'PUT 2': 'PutBlob',
  'GET 2': 'GetBlob',
  'HEAD 2': 'GetBlobProperties',
  'DELETE 2': 'DeleteBlob',
  'PUT 2 block': 'PutBlock',
  'PUT 2 blocklist': 'PutBlockList',
  'PUT 2 appendblock': 'AppendBlock',
  'PUT 2 metadata': 'SetBlobMetadata',
  'PUT 2 lease': 'LeaseBlob',
};

function tableOperation(verb: string, resource: string[], headers: IncomingHttpHeaders): string | undefined {
  const name = resource.join('/');
  if (name === '$batch') return 'EntityGroupTransaction';
  if (/^Tables(?:$|\()/.test(name)) return TABLES[verb];
  const oneEntity = /\(.*=.*\)$/s.test(name);
  if (verb === 'GET') return oneEntity ? 'GetEntity' : 'QueryEntities';
  if (verb === 'POST') return 'InsertEntity';
  if (verb === 'DELETE') return 'DeleteEntity';
  const conditional = headers['if-match'] !== undefined;
  if (verb === 'PUT') return conditional ? 'UpdateEntity' : 'InsertOrReplaceEntity';
  if (verb === 'MERGE' || verb === 'PATCH') return conditional ? 'MergeEntity' : 'InsertOrMergeEntity';
  return undefined;
}

const TABLES: Readonly<Record<string, string>> = {
  GET: 'QueryTables',
  POST: 'CreateTable',
  DELETE: 'DeleteTable',
};
