/**
 * What the commands that change the register stand on: the same shelves and keys as the operators' API, with the same checks and the
 * same audit trail. Who can reach the storage account may do everything.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { openCollection } from '../../shared/access/collection.ts';
import { lastUseKind, type LastUse } from '../../shared/access/last-use.ts';
import { openAccessStore, type AccessStore } from '../../shared/access/store.ts';
import type { Action, Author } from '../../shared/audit/event.ts';
import { openAuditTrail, type AuditTrail } from '../../shared/audit/trail.ts';
import { openKeyRing, type KeyRing } from '../../shared/operator/key-ring.ts';
import { openShelves, type Shelves } from '../../shared/operator/shelves.ts';
import { openAlertLedger, type AlertLedger } from '../../shared/sense/ledger.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { openStorageOf, sideLog, type CommonOptions } from './connection.ts';

/** Everything that a command may need. */
export interface Administration {
  readonly access: AccessStore;
  readonly shelves: Shelves;
  readonly keyRing: KeyRing;
  readonly trail: AuditTrail;
  /** What hooks remember. */
  readonly ledger: AlertLedger;
  readonly author: Author;
  /** Writes what was done into the trail, for commands that do not go by the shelves. */
  readonly note: (action: Action, entry: string, count?: number) => Promise<void>;
  /** When keys and submitters were last used. */
  readonly uses: () => Promise<readonly LastUse[]>;
}

/**
 * Opens the register and its trail.
 *
 * @throws ConfigurationError when no storage account is named anywhere.
 */
export function openAdministration(command: Command): Administration {
  const storage = openStorageOf(command);
  const access = openAccessStore(storage.table(storageNames.access), systemClock);
  const client = storage.table(storageNames.audit);
  const trail = openAuditTrail({ client, clock: systemClock, log: sideLog, newId: randomUUID });
  const audit: Pick<AuditTrail, 'changed'> = {
    // What allows a change here is access to storage, and no role.
    changed: (change) => trail.changed({ ...change, rule: 'storage' }),
  };
  // Nobody is locked out by what is done here: it can be undone here.
  const parts = { access, audit, clock: systemClock, signIn: true };
  const author = authorOf(command);
  const uses = openCollection(storage.table(storageNames.uses), lastUseKind, () => undefined);
  return {
    access,
    shelves: openShelves(parts),
    keyRing: openKeyRing({ ...parts, randomBytes: (count) => randomBytes(count) }),
    trail,
    ledger: openAlertLedger(storage.table(storageNames.alerts)),
    author,
    note: (action, entry, count = 1) => trail.changed({ ...author, action, entry, rule: 'storage', count }),
    uses: () => uses.list(),
  };
}

/** Whoever `--as` says, or else the user of this machine. */
function authorOf(command: Command): Author {
  const { as } = command.optsWithGlobals<CommonOptions>();
  const name = (as ?? systemUser()).replaceAll(/[^\p{L}\p{N} ._@\\-]/gu, '').slice(0, 64);
  return { actor: { kind: 'command-line', ...(name === '' ? {} : { name }) } };
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return '';
  }
}
