/**
 * The blob service: containers and block blobs.
 * Source: https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
 */
import { Container, readRange, type Blob } from './container.ts';
import { refuse, type Refusal } from './refusal.ts';
import { isResourceName, wholeNumber, type Answer, type Call, type Doers, type Service } from './service.ts';
import { document, elements, unescapeXml } from './xml.ts';

export type BlobChange =
  | { readonly do: 'create container'; readonly container: string; readonly at: number }
  | { readonly do: 'delete container'; readonly container: string }
  | {
      readonly do: 'put block';
      readonly container: string;
      readonly blob: string;
      readonly block: string;
      readonly bytes: Buffer;
    }
  | {
      /** Its content is given, or named block by block. */
      readonly do: 'put blob' | 'put block list';
      readonly container: string;
      readonly blob: string;
      readonly bytes?: Buffer;
      readonly blocks?: readonly BlockName[];
      readonly at: number;
      readonly contentType: string;
      readonly metadata: Readonly<Record<string, string>>;
    }
  | { readonly do: 'delete blob'; readonly container: string; readonly blob: string };

export interface BlockName {
  readonly from: 'Committed' | 'Uncommitted' | 'Latest';
  readonly id: string;
}

const PAGE = 5000;
const XML = { 'content-type': 'application/xml' } as const;
type Commit = (change: BlobChange) => void;

export class Blobs implements Service<BlobChange> {
  readonly #containers = new Map<string, Container>();

  apply(change: BlobChange): void {
    if (change.do === 'create container') {
      this.#containers.set(change.container, new Container(change.at));
      return;
    }
    const container = this.#containers.get(change.container);
    switch (change.do) {
      case 'delete container':
        this.#containers.delete(change.container);
        return;
      case 'put block':
        return container?.stage(change.blob, change.block, change.bytes);
      case 'put blob':
      case 'put block list':
        return container?.put(change);
      case 'delete blob':
        return container?.delete(change.blob);
      default:
        change satisfies never;
    }
  }

  handle(call: Call, commit: Commit): Answer | Refusal {
    const [name = '', blob = ''] = call.resource;
    const container = this.#containers.get(name);
    if (call.operation === 'CreateContainer') {
      if (!isResourceName(name)) return refuse('InvalidResourceName');
      if (container) return refuse('ContainerAlreadyExists');
      commit({ do: 'create container', container: name, at: call.now });
      return { status: 201, headers: stamp({ at: call.now, version: 0 }) };
    }
    if (!container) return refuse('ContainerNotFound');
    const does: Doers = {
      GetContainerProperties: () => ({ status: 200, headers: stamp(container) }),
      DeleteContainer: () => removed({ do: 'delete container', container: name }, commit),
      ListBlobs: () => list(name, container, call),
      PutBlock: () => stage(name, blob, call, commit),
      PutBlob: () => write(name, container, blob, call, commit),
      PutBlockList: () => write(name, container, blob, call, commit),
      GetBlob: () => read(container.get(blob), call),
      GetBlobProperties: () => read(container.get(blob), call),
      DeleteBlob: () =>
        (container.get(blob) ? unmet(container.get(blob), call) : refuse('BlobNotFound')) ??
        removed({ do: 'delete blob', container: name, blob }, commit),
    };
    return does[call.operation]?.() ?? refuse('NotImplemented');
  }
}

function removed(change: BlobChange, commit: Commit): Answer {
  commit(change);
  return { status: 202 };
}

function stage(container: string, blob: string, { query, body }: Call, commit: Commit): Answer {
  commit({ do: 'put block', container, blob, block: query.get('blockid') ?? '', bytes: body });
  return { status: 201, headers: { 'x-ms-request-server-encrypted': 'true' } };
}

function write(
  name: string,
  container: Container,
  blob: string,
  call: Call,
  commit: Commit,
): Answer | Refusal {
  const present = container.get(blob);
  const objection = unmet(present, call);
  if (objection) return objection;
  const { headers, now: at } = call;
  if (call.operation === 'PutBlob' && headers['x-ms-blob-type'] !== 'BlockBlob') {
    return refuse('NotImplemented');
  }
  const type = headers['x-ms-blob-content-type'] ?? (call.operation === 'PutBlob' && headers['content-type']);
  const contentType = typeof type === 'string' && type ? type : 'application/octet-stream';
  const described = { container: name, blob, at, contentType, metadata: metadataOf(call) };
  if (call.operation === 'PutBlob') {
    commit({ do: 'put blob', ...described, bytes: call.body });
  } else {
    const blocks = blockList(call.body.toString());
    if (!blocks.every((block) => container.block(blob, block))) return refuse('InvalidBlockList');
    commit({ do: 'put block list', ...described, blocks });
  }
  const written = container.get(blob);
  const tags = written && stamp(written);
  return { status: 201, headers: { ...tags, 'x-ms-request-server-encrypted': 'true' } };
}

const blockList = (xml: string): BlockName[] =>
  [...xml.matchAll(/<(Committed|Uncommitted|Latest)>(.*?)<\/\1>/gs)].map(([, from, id = '']) => ({
    from: from as BlockName['from'],
    id: unescapeXml(id),
  }));

function metadataOf({ headers }: Call): Record<string, string> {
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-ms-meta-'));
  return Object.fromEntries(metadata.map(([name, value]) => [name, String(value)]));
}

function read(blob: Blob | undefined, call: Call): Answer | Refusal {
  if (!blob) return refuse('BlobNotFound');
  const objection = unmet(blob, call);
  if (objection) return objection;
  const headers = {
    ...stamp(blob),
    ...blob.metadata,
    'x-ms-creation-time': date(blob.createdAt),
    'content-type': blob.contentType,
    'x-ms-blob-type': 'BlockBlob',
    'x-ms-lease-state': 'available',
    'x-ms-lease-status': 'unlocked',
    'x-ms-server-encrypted': 'true',
    'accept-ranges': 'bytes',
  };
  if (call.operation === 'GetBlobProperties') {
    return { status: 200, headers: { ...headers, 'content-length': String(blob.size) } };
  }
  const range = call.headers['x-ms-range'] ?? call.headers.range;
  if (typeof range !== 'string') return { status: 200, headers, body: readRange(blob, 0, blob.size) };
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  const start = first === '' ? Number.NaN : Number(first);
  if (!(start < blob.size)) return refuse('InvalidRange');
  const end = Math.min(last === '' ? blob.size : Number(last) + 1, blob.size);
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end - 1}/${blob.size}` },
    body: readRange(blob, start, end),
  };
}

/** https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations */
function unmet(blob: Blob | undefined, { operation, headers }: Call): Refusal | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  const tag = blob && etagOf(blob);
  const creates = operation === 'PutBlob' || operation === 'PutBlockList';
  if (creates && noneMatch === '*' && blob) return refuse('BlobAlreadyExists');
  if (noneMatch !== undefined && tag !== undefined && (noneMatch === '*' || noneMatch === tag)) {
    return refuse('ConditionNotMet');
  }
  return match !== undefined && match !== tag && !(match === '*' && blob)
    ? refuse('ConditionNotMet')
    : undefined;
}

function list(name: string, container: Container, { query, account }: Call): Answer | Refusal {
  const prefix = query.get('prefix') ?? '';
  const marker = query.get('marker') ?? '';
  const start = Buffer.from(marker, 'base64url').toString();
  const most = wholeNumber(query, 'maxresults') ?? PAGE;
  if (!(most >= 1)) return refuse('OutOfRangeQueryParameterValue');
  if (query.has('delimiter')) return refuse('NotImplemented');
  const { found, next } = container.list(prefix, start, Math.min(most, PAGE));
  const blobs = found.map(([blobName, blob]) => {
    const properties = elements({
      'Creation-Time': date(blob.createdAt),
      'Last-Modified': date(blob.at),
      Etag: etagOf(blob).replaceAll('"', ''),
      'Content-Length': blob.size,
      'Content-Type': blob.contentType,
      BlobType: 'BlockBlob',
      LeaseStatus: 'unlocked',
      LeaseState: 'available',
      ServerEncrypted: 'true',
    });
    return `<Blob>${elements({ Name: blobName })}<Properties>${properties}</Properties></Blob>`;
  });
  const head = elements({ Prefix: prefix, Marker: marker, MaxResults: most });
  const content = `${head}<Blobs>${blobs.join('')}</Blobs>${elements({ NextMarker: Buffer.from(next ?? '').toString('base64url') })}`;
  const body = document(
    'EnumerationResults',
    content,
    ` ServiceEndpoint="${account}/" ContainerName="${name}"`,
  );
  return { status: 200, headers: XML, body };
}

const date = (at: number): string => new Date(at).toUTCString();
const etagOf = ({ at, version }: { readonly at: number; readonly version: number }): string =>
  `"0x${(at * 1000 + version).toString(16).toUpperCase()}"`;
const stamp = (what: { readonly at: number; readonly version: number }): Record<string, string> => ({
  etag: etagOf(what),
  'last-modified': date(what.at),
});
