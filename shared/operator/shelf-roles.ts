/**
 * Which shelves there are, and who may change what stands on them: what routes must know before anybody calls.
 */
import type { OperatorRole } from '../access/operator.ts';

/** The least role that may change entries, by the kind of entry as it stands in paths; looking needs `viewer`. */
export const shelfRoles = {
  submitters: 'admin',
  operators: 'admin',
  hooks: 'admin',
  templates: 'admin',
  suppressions: 'operator',
  switches: 'operator',
} as const satisfies Record<string, OperatorRole>;

export type ShelfName = keyof typeof shelfRoles;
