/** Adapters of hosted platforms, in the order in which they are asked. */
import type { Adapter } from '../alert.ts';

export const platforms: readonly Adapter[] = [];
