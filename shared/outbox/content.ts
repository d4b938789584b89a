/**
 * Where content lives: in the message's row while it is small, in a blob above that. A door for the blob.
 *
 * A table write costs a hundredth of a blob write and commits together with the state, so nearly every mail stays in its row.
 * A blob is written before its row, which names it: a blob that no row names is an orphan.
 */
import { Readable } from 'node:stream';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ContainerClient } from '@azure/storage-blob';
import type { Message } from '../message/message.ts';
import { newMessageId } from '../platform/id.ts';
import { attachmentRange, headerLength, prefixLength, readHeader, type Frame } from './frame.ts';

/** Most bytes of content in a row. The entity limit is 1 MiB with everything; base64 on the wire adds a third to the request. */
const rowLimit = 700 * 1024;

/** Below this, compressing costs more time than the bytes it saves. */
const compressFrom = 4096;

/** With a window of 8 KiB and its small tables, which cost more to set up than a mail of some kilobytes to compress. */
const swiftly = { level: 1, windowBits: 13, memLevel: 6, chunkSize: 8192 } as const;

/** A block of a blob upload, in bytes: what one message holds in memory at a time. */
const blockSize = 4 * 1024 * 1024;

/** Content as it is to be stored. */
export type StoredContent =
  | { readonly at: 'row'; readonly bytes: Uint8Array; readonly compressed: boolean; readonly size: number }
  | {
      readonly at: 'blob';
      readonly size: number;
      /** Name of the blob: of one writer alone, since two may write under one message id. */
      readonly name: string;
    };

/** Content as it is read back. */
export interface OpenContent {
  readonly message: Message;
  /** Opens the bytes of an attachment, each time from the start. */
  openAttachment(index: number): Promise<Readable>;
}

/** The content store. */
export interface ContentStore {
  /**
   * Brings content into its stored form; writes the blob when it is too large for the row.
   *
   * @param at the present.
   * @param mostInRow bytes up to which it goes into the row; 700 KiB by default.
   */
  put(frame: Frame, at: Date, mostInRow?: number): Promise<StoredContent>;
  /**
   * @param stored what the row says.
   * @returns undefined when the blob is gone.
   */
  open(stored: StoredContent): Promise<OpenContent | undefined>;
  /** Deletes the blob, if the content is in one. */
  remove(stored: StoredContent): Promise<void>;
  /**
   * Names of blobs in their order, which is that of the time they were written: at most 5,000.
   *
   * @param mark `next` of the answer before; from the first blob when omitted.
   */
  names(mark?: string): Promise<{ readonly names: readonly string[]; readonly next?: string }>;
}

/** @param container opens the container of content blobs; called when the first large message comes. */
export function openContentStore(container: () => Promise<ContainerClient>): ContentStore {
  let opened: Promise<ContainerClient> | undefined;
  const blobs = () => (opened ??= container());
  return {
    async put(frame, at, mostInRow = rowLimit) {
      if (frame.size > mostInRow) {
        const name = newMessageId(at);
        const client = await blobs();
        try {
          await upload(client, name, frame);
        } catch (error) {
          if ((error as { code?: string }).code !== 'ContainerNotFound') throw error;
          await client.createIfNotExists();
          await upload(client, name, frame);
        }
        return { at: 'blob', size: frame.size, name };
      }
      const raw = Buffer.concat([...frame.chunks()]);
      const deflated = raw.length >= compressFrom ? deflateRawSync(raw, swiftly) : raw;
      const compressed = deflated.length < raw.length;
      return { at: 'row', bytes: compressed ? deflated : raw, compressed, size: raw.length };
    },

    async open(stored) {
      if (stored.at === 'row') {
        return inMemory(stored.compressed ? inflateRawSync(stored.bytes) : Buffer.from(stored.bytes));
      }
      const client = await blobs();
      return await inBlob(client, stored.name);
    },

    async remove(stored) {
      if (stored.at === 'row') return;
      const client = await blobs();
      await client.getBlobClient(stored.name).deleteIfExists();
    },

    async names(mark) {
      const client = await blobs();
      const pages = client.listBlobsFlat().byPage(mark ? { continuationToken: mark } : {});
      try {
        const page = await pages.next();
        if (page.done) return { names: [] };
        const { segment, continuationToken: next } = page.value;
        return { names: segment.blobItems.map(({ name }) => name), ...(next ? { next } : {}) };
      } catch (error) {
        if ((error as { code?: string }).code === 'ContainerNotFound') return { names: [] };
        throw error;
      }
    },
  };
}

function inMemory(bytes: Buffer): OpenContent {
  const header = headerLength(bytes);
  const message = readHeader(bytes.subarray(prefixLength, prefixLength + header));
  return {
    message,
    openAttachment(index) {
      const { offset, length } = attachmentRange(message, header, index);
      return Promise.resolve(Readable.from([bytes.subarray(offset, offset + length)], { objectMode: false }));
    },
  };
}

async function inBlob(client: ContainerClient, name: string): Promise<OpenContent | undefined> {
  const blob = client.getBlobClient(name);
  let prefix: Buffer;
  try {
    prefix = await blob.downloadToBuffer(0, prefixLength);
  } catch (error) {
    if (['BlobNotFound', 'ContainerNotFound'].includes((error as { code?: string }).code ?? ''))
      return undefined;
    throw error;
  }
  const header = headerLength(prefix);
  const message = readHeader(await blob.downloadToBuffer(prefixLength, header));
  return {
    message,
    async openAttachment(index) {
      const { offset, length } = attachmentRange(message, header, index);
      if (length === 0) return Readable.from([]);
      const answer = await blob.download(offset, length, { maxRetryRequests: 3 });
      return Readable.from(answer.readableStreamBody as AsyncIterable<Buffer>, { objectMode: false });
    },
  };
}

/**
 * Uploads in blocks through one buffer: the SDK's own stream upload keeps several buffers and leaves its chunks to the collector,
 * which costs as much memory again as the body.
 */
async function upload(client: ContainerClient, name: string, frame: Frame): Promise<void> {
  const blob = client.getBlockBlobClient(name);
  const block = Buffer.allocUnsafeSlow(Math.min(blockSize, frame.size));
  const ids: string[] = [];
  let filled = 0;
  const stage = async () => {
    const id = Buffer.from(String(ids.length).padStart(6, '0')).toString('base64');
    await blob.stageBlock(id, block.subarray(0, filled), filled);
    ids.push(id);
    filled = 0;
  };
  for (let chunk of frame.chunks()) {
    while (chunk.length > 0) {
      const taken = Math.min(chunk.length, block.length - filled);
      block.set(chunk.subarray(0, taken), filled);
      filled += taken;
      chunk = chunk.subarray(taken);
      if (filled === block.length) await stage();
    }
  }
  if (filled > 0) await stage();
  await blob.commitBlockList(ids, { blobHTTPHeaders: { blobContentType: 'application/octet-stream' } });
}
