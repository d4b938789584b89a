/**
 * Where in a document something is wrong: JSON Pointers (RFC 6901).
 */
import type * as z from 'zod';
import type { Fault } from './problem.ts';

/** A JSON Pointer in URI fragment form (RFC 6901 §6), e.g. `#/to/0`. */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  `#${path
    .map((step) => `/${encodeURIComponent(String(step).replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('')}`;

/** Everything that a schema found wrong. */
export const faultsOf = ({ issues }: z.ZodError): Fault[] =>
  issues.map(({ path, message }) => ({ pointer: pointerTo(path), detail: message }));
