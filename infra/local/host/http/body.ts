import type { IncomingMessage } from 'node:http';

/**
 * Reads a body of declared length into one allocation; the pages of it are touched only as bytes arrive. Rejects when
 * the client goes away first. The result is meant for `ArrayBuffer.prototype.transfer(0)` once it has been copied:
 * that gives the memory back at once instead of at the next garbage collection.
 */
export function readBody(request: IncomingMessage, length: number): Promise<ArrayBuffer> {
  const { promise, resolve, reject } = Promise.withResolvers<ArrayBuffer>();
  const body = Buffer.allocUnsafeSlow(length);
  let offset = 0;
  request.on('data', (chunk: Buffer) => {
    offset += chunk.copy(body, offset);
    free(chunk);
  });
  request.on('end', () => {
    if (offset === length) resolve(body.buffer);
    else reject(new Error('The request body is shorter than its Content-Length.'));
  });
  request.on('error', reject);
  request.on('close', () => {
    if (!request.complete) reject(new Error('The client closed the connection while sending the body.'));
  });
  return promise;
}

/**
 * Gives a copied chunk's memory back at once. Left to the collector these chunks, one copy of the whole body, would
 * count as the function's memory, though on Azure another process reads the socket. A chunk that shares its memory with
 * anything else stays.
 */
function free({ byteLength, buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
