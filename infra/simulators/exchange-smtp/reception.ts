/** Takes the message itself off the wire, in both ways it can come: DATA and BDAT. */
import type { FaultScript } from '../faults.ts';
import { DotDecoder } from './dot-decoder.ts';
import { phaseOf, type SmtpFault } from './faults.ts';
import { carryOut } from './misbehaviour.ts';
import type { SmtpWire } from './wire.ts';

/** Reads up to the dot. Undefined: the connection did not last that long. */
export async function receiveData(
  wire: SmtpWire,
  world: { readonly faults: FaultScript<SmtpFault>; readonly maxBytes: number },
): Promise<Buffer | 'too-large' | undefined> {
  const decoder = new DotDecoder(world.maxBytes);
  let fault = world.faults.next((candidate) => phaseOf(candidate) === 'body');
  for (;;) {
    const bytes = await wire.bytes();
    if (bytes === undefined) return undefined;
    const rest = decoder.push(bytes);
    if (fault !== undefined && (rest !== undefined || decoder.bytes >= threshold(fault))) {
      if (await carryOut(fault, wire, {})) return undefined;
      fault = undefined;
    }
    if (rest !== undefined) {
      wire.putBack(rest);
      return decoder.tooLarge ? 'too-large' : decoder.message();
    }
  }
}

function threshold(fault: SmtpFault): number {
  return 'afterBytes' in fault ? (fault.afterBytes ?? 1) : 1;
}

/** Reads exactly `size` bytes, keeping them when they are at most `limit`. Undefined: the connection ended before. */
export async function receiveChunk(wire: SmtpWire, size: number, limit: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  for (let left = size; left > 0;) {
    const bytes = await wire.bytes();
    if (bytes === undefined) return undefined;
    const mine = bytes.subarray(0, left);
    if (bytes.length > left) wire.putBack(bytes.subarray(left));
    if (size <= limit) pieces.push(mine);
    left -= mine.length;
  }
  return Buffer.concat(pieces);
}
