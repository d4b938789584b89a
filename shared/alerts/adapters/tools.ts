/** Adapters of tools and devices, in the order in which they are asked. */
import type { Adapter } from '../alert.ts';

export const tools: readonly Adapter[] = [];
