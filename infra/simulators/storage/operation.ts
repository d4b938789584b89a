/**
 * The operations this simulator knows, in Microsoft's names without spaces, and how a request tells which it wants.
 * Source: https://learn.microsoft.com/rest/api/storageservices/
 */

export type StorageService = 'blob' | 'queue' | 'table';

/** By method, number of path segments after the account, and `comp`. */
const ROUTES = {
  'queue GET 0 list': 'ListQueues',
  'queue PUT 1': 'CreateQueue',
  'queue DELETE 1': 'DeleteQueue',
  'queue GET 1 metadata': 'GetQueueMetadata',
  'queue HEAD 1 metadata': 'GetQueueMetadata',
  'queue POST 2': 'PutMessage',
  'queue GET 2': 'GetMessages',
  'queue DELETE 2': 'ClearMessages',
  'queue PUT 3': 'UpdateMessage',
  'queue DELETE 3': 'DeleteMessage',
  'blob PUT 1': 'CreateContainer',
  'blob DELETE 1': 'DeleteContainer',
  'blob GET 1': 'GetContainerProperties',
  'blob HEAD 1': 'GetContainerProperties',
  'blob GET 1 list': 'ListBlobs',
  'blob PUT 2': 'PutBlob',
  'blob GET 2': 'GetBlob',
  'blob HEAD 2': 'GetBlobProperties',
  'blob DELETE 2': 'DeleteBlob',
  'blob PUT 2 block': 'PutBlock',
  'blob PUT 2 blocklist': 'PutBlockList',
} as const;

const TABLE_OPERATIONS = [
  'CreateTable',
  'DeleteTable',
  'EntityGroupTransaction',
  'InsertEntity',
  'GetEntity',
  'QueryEntities',
  'UpdateEntity',
  'InsertOrReplaceEntity',
  'MergeEntity',
  'InsertOrMergeEntity',
  'DeleteEntity',
] as const;

export type Operation = (typeof ROUTES)[keyof typeof ROUTES] | (typeof TABLE_OPERATIONS)[number];

/** Every name, for those who program faults. */
export const OPERATIONS: readonly Operation[] = [
  ...new Set<Operation>([...Object.values(ROUTES), ...TABLE_OPERATIONS]),
];

/** A request understood: what is wanted, of what. */
export interface Target {
  /** Undefined: an operation that is not simulated. */
  readonly operation: Operation | undefined;
  /** What the operation is counted as: its name, or method and `comp`. */
  readonly name: string;
  /** The path behind the account, decoded: `['queue', 'messages', 'id']`, `['container', 'a/blob']`, `["Orders(PartitionKey='a',RowKey='b')"]`. */
  readonly resource: readonly string[];
  readonly query: URLSearchParams;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Reads method and request target (origin form or absolute). Returns undefined when the path cannot be decoded. */
export function readTarget(
  service: StorageService,
  method: string,
  url: string,
  headers: Headers,
): Target | undefined {
  const address = URL.parse(url, 'http://storage.invalid');
  if (address === null) return undefined;
  const { pathname, searchParams: query } = address;
  let segments: string[];
  try {
    segments = pathname.split('/').slice(2).map(decodeURIComponent);
  } catch {
    return undefined;
  }
  const [first = '', ...rest] = segments;
  const path = service === 'queue' ? segments : [first, ...(rest.length > 0 ? [rest.join('/')] : [])];
  const resource = path.filter((part) => part !== '');
  const comp = query.get('comp') ?? '';
  const tunnelled = headers['x-http-method'];
  const verb = method === 'POST' && typeof tunnelled === 'string' ? tunnelled : method;
  const operation =
    service === 'table'
      ? tableOperation(verb, first, headers)
      : blobOrQueueOperation(`${service} ${verb} ${resource.length} ${comp}`.trim());
  return { operation, name: operation ?? `${verb} ${comp}`.trim(), resource, query };
}

function blobOrQueueOperation(route: string): Operation | undefined {
  return Object.hasOwn(ROUTES, route) ? ROUTES[route as keyof typeof ROUTES] : undefined;
}

function tableOperation(verb: string, name: string, headers: Headers): Operation | undefined {
  if (name === '$batch') return 'EntityGroupTransaction';
  const conditional = headers['if-match'] !== undefined;
  if (/^Tables(?:$|\()/.test(name)) {
    return verb === 'POST' ? 'CreateTable' : verb === 'DELETE' ? 'DeleteTable' : undefined;
  }
  switch (verb) {
    case 'GET':
      return /\(.*=.*\)$/s.test(name) ? 'GetEntity' : 'QueryEntities';
    case 'POST':
      return 'InsertEntity';
    case 'DELETE':
      return 'DeleteEntity';
    case 'PUT':
      return conditional ? 'UpdateEntity' : 'InsertOrReplaceEntity';
    case 'MERGE':
    case 'PATCH':
      return conditional ? 'MergeEntity' : 'InsertOrMergeEntity';
    default:
      return undefined;
  }
}
