/**
 * The shelves: what operators may read and change of the register, and what must hold between its entries.
 */
import {
  hookSchema,
  operatorSchema,
  submitterSchema,
  suppressionSchema,
  switchSchema,
  templateSchema,
} from '../access/entry-schema.ts';
import { parseMailbox } from '../message/address.ts';
import type { AccessStore } from '../access/store.ts';
import { maySendAs } from '../access/submitter.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { Clock } from '../platform/clock.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { hasAdmin, lastAdmin } from './last-admin.ts';
import { shelfRoles, type ShelfName } from './shelf-roles.ts';
import { openShelf, type Shelf } from './shelf.ts';

/** All of them. */
export type Shelves = Readonly<Record<ShelfName, Shelf>>;

/** What shelves are made of. */
export interface RegisterParts {
  readonly access: AccessStore;
  readonly audit: Pick<AuditTrail, 'changed'>;
  readonly clock: Clock;
  /** Whether operators may sign in without any entry of the register: then nobody can be locked out by changing it. */
  readonly signIn: boolean;
}

/** Opens all. */
export function openShelves({ access, audit, clock, signIn }: RegisterParts): Shelves {
  const stamped = <T extends object>(wish: T, before: { readonly createdAt?: Date } | undefined) => ({
    ...wish,
    createdAt: before?.createdAt ?? clock.now(),
    changedAt: clock.now(),
  });
  const keysOf = async (holder: 'submitter' | 'operator', name: string) =>
    (await access.keys.list()).filter((key) => key[holder] === name);
  const revokeAll = async (holder: 'submitter' | 'operator', name: string) => {
    for (const { id } of await keysOf(holder, name)) await access.keys.remove(id);
  };
  const administration = async () => ({
    operators: await access.operators.list(),
    keys: await access.keys.list(),
  });

  return {
    submitters: openShelf({
      kind: 'submitters',
      object: 'submitter',
      role: shelfRoles.submitters,
      collection: access.submitters,
      schema: submitterSchema,
      idField: 'name',
      idOf: ({ name }) => name,
      complete: stamped,
      async clear(name) {
        await revokeAll('submitter', name);
        const belongs = ({ submitter }: { readonly submitter: string }) => submitter === name;
        for (const hook of (await access.hooks.list()).filter(belongs)) await access.hooks.remove(hook.name);
        for (const { id } of (await access.webhooks.list()).filter(belongs)) await access.webhooks.remove(id);
      },
      audit,
    }),

    operators: openShelf({
      kind: 'operators',
      object: 'operator',
      role: shelfRoles.operators,
      collection: access.operators,
      schema: operatorSchema,
      idField: 'name',
      idOf: ({ name }) => name,
      complete: stamped,
      async against(name, entry) {
        if (signIn) return ok(undefined);
        const { operators, keys } = await administration();
        const others = operators.filter((one) => one.name !== name);
        const after = { operators: entry ? [...others, entry] : others, keys };
        const lost = hasAdmin({ operators, keys }, clock.now()) && !hasAdmin(after, clock.now());
        return lost ? lastAdmin() : ok(undefined);
      },
      // Two administrators may have taken each other's rights at the same moment.
      async regret() {
        return signIn || hasAdmin(await administration(), clock.now()) ? ok(undefined) : lastAdmin();
      },
      clear: (name) => revokeAll('operator', name),
      audit,
    }),

    hooks: openShelf({
      kind: 'hooks',
      object: 'hook',
      role: shelfRoles.hooks,
      collection: access.hooks,
      schema: hookSchema,
      idField: 'name',
      idOf: ({ name }) => name,
      complete: stamped,
      async against(_, hook): Promise<Result<void>> {
        if (!hook) return ok(undefined);
        const submitter = await access.submitters.get(hook.submitter);
        if (!submitter) return fault('#/submitter', 'There is no submitter with this name.');
        const from = parseMailbox(hook.from);
        if (from.ok && maySendAs(submitter, from.mailbox.address)) return ok(undefined);
        return fault(
          '#/from',
          'The submitter of the hook may not send as this sender; allow it there first.',
        );
      },
      audit,
    }),

    templates: openShelf({
      kind: 'templates',
      object: 'template',
      role: shelfRoles.templates,
      collection: access.templates,
      schema: templateSchema,
      idField: 'name',
      idOf: ({ name }) => name,
      complete: stamped,
      audit,
    }),

    suppressions: openShelf({
      kind: 'suppressions',
      object: 'suppression',
      role: shelfRoles.suppressions,
      collection: access.suppressions,
      schema: suppressionSchema,
      idField: 'address',
      normal: lower,
      idOf: ({ address }) => address,
      complete: (wish, before) => ({ ...wish, createdAt: before?.createdAt ?? clock.now() }),
      audit,
    }),

    switches: openShelf({
      kind: 'switches',
      object: 'switch',
      role: shelfRoles.switches,
      collection: access.switches,
      schema: switchSchema,
      idField: 'scope',
      normal: lower,
      idOf: ({ scope }) => scope,
      complete: (wish, before, { actor }) => ({
        ...wish,
        thrownAt: before?.thrownAt ?? clock.now(),
        by: actor.name ?? actor.kind,
      }),
      audit,
    }),
  };
}

const lower = (id: string): string => id.toLowerCase();

const fault = (pointer: string, detail: string) =>
  refuse('invalid-entry', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });
