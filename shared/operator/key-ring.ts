/**
 * Keys, as operators make, replace and revoke them. A key is shown once, when it is made.
 */
import { keyEntropyBytes, makeApiKey } from '../access/api-key.ts';
import { checkEntry, keyWishSchema } from '../access/entry-schema.ts';
import { toWire } from '../access/entry-wire.ts';
import { rotateKey } from '../access/rotation.ts';
import type { StoredApiKey } from '../access/stored-key.ts';
import type { Action, Author } from '../audit/event.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { readJson } from './document.ts';
import { hasAdmin, lastAdmin } from './last-admin.ts';
import { noSuchEntry } from './shelf.ts';
import type { RegisterParts } from './shelves.ts';

/** A key just made. */
export interface NewKeyView {
  readonly id: string;
  /** The key itself. */
  readonly key: string;
}

/** The ring. Every method rejects with RestError when storage cannot be reached. */
export interface KeyRing {
  list(): Promise<readonly object[]>;
  /** Makes a key. @param body a wish, see `keyWishSchema`; nothing for a key without limits. */
  make(
    author: Author,
    holder: 'submitter' | 'operator',
    name: string,
    body: Uint8Array,
  ): Promise<Result<NewKeyView>>;
  /**
   * Makes a key like another, which is refused some time later: time to put the new one in its places.
   *
   * @param overlap seconds until then; a week when absent.
   */
  rotate(author: Author, id: string, overlap?: number): Promise<Result<NewKeyView>>;
  /**
   * Gives a key another end, or none. For the command line: who does this over HTTP could lock everybody out.
   *
   * @param end undefined for a key that never ends.
   */
  expire(author: Author, id: string, end: Date | undefined): Promise<Result<object>>;
  revoke(author: Author, id: string): Promise<Result<void>>;
}

/** How long a key that was replaced is still taken, in seconds. */
const usualOverlap = 7 * 86_400;

/** @param parts `randomBytes`: bytes fit for secrets. */
export function openKeyRing({
  access,
  audit,
  clock,
  signIn,
  randomBytes,
}: RegisterParts & { readonly randomBytes: (count: number) => Uint8Array }): KeyRing {
  const note = (author: Author, action: Action, id: string, ...fields: string[]) =>
    audit.changed({
      ...author,
      action,
      entry: `keys/${id}`,
      rule: 'admin',
      ...(fields.length > 0 ? { fields } : {}),
    });
  const add = async (like: Omit<StoredApiKey, 'id' | 'hash' | 'createdAt'>): Promise<NewKeyView> => {
    const { id, hash, text } = makeApiKey(randomBytes(keyEntropyBytes));
    const key: StoredApiKey = { ...like, id, hash, createdAt: clock.now() };
    await access.keys.put(key);
    return { ...view(key), id, key: text };
  };

  return {
    async list() {
      return (await access.keys.list()).map(view);
    },

    async make(author, holder, name, body) {
      const document = body.length === 0 ? ok({}) : readJson(body);
      if (!document.ok) return document;
      const wish = checkEntry(keyWishSchema, document.value);
      if (!wish.ok) return wish;
      const entry = await (holder === 'submitter' ? access.submitters : access.operators).get(name);
      if (!entry) return noSuchEntry(holder);
      const { hook, scopes } = wish.value;
      if (holder === 'operator' && (hook ?? scopes) !== undefined) {
        return refuse(
          'invalid-entry',
          'A key of an operator has neither hook nor scopes; its role says what it may do.',
        );
      }
      if (hook !== undefined && (await access.hooks.get(hook))?.submitter !== name) {
        const detail = 'This submitter has no hook with this name.';
        return refuse('invalid-entry', `#/hook: ${detail}`, { errors: [{ pointer: '#/hook', detail }] });
      }
      const made = await add({ ...wish.value, [holder]: name });
      await note(author, 'created', made.id);
      return ok(made);
    },

    async rotate(author, id, overlap = usualOverlap) {
      const old = await access.keys.get(id);
      if (!old) return noSuchEntry('key');
      const { key, made, retired } = rotateKey(old, randomBytes(keyEntropyBytes), clock.now(), overlap);
      await access.keys.put(made);
      await access.keys.change(id, () => retired);
      await note(author, 'rotated', id);
      return ok({ ...view(made), id: made.id, key: key.text });
    },

    async expire(author, id, end) {
      const key = await access.keys.change(id, ({ expiresAt: _before, ...rest }) =>
        end ? { ...rest, expiresAt: end } : rest,
      );
      if (!key) return noSuchEntry('key');
      await note(author, 'changed', id, 'expires_at');
      return ok(view(key));
    },

    async revoke(author, id) {
      const key = await access.keys.get(id);
      if (!key) return noSuchEntry('key');
      const [operators, keys] = [await access.operators.list(), await access.keys.list()];
      const after = { operators, keys: keys.filter((one) => one.id !== id) };
      const guarded = !signIn && key.operator !== undefined && hasAdmin({ operators, keys }, clock.now());
      if (guarded && !hasAdmin(after, clock.now())) return lastAdmin();
      if (!(await access.keys.remove(id))) return noSuchEntry('key');
      // Somebody else may have revoked another at the same moment.
      if (guarded) {
        const left = { operators: await access.operators.list(), keys: await access.keys.list() };
        if (!hasAdmin(left, clock.now())) {
          await access.keys.put(key);
          return lastAdmin();
        }
      }
      await note(author, 'removed', id);
      return ok(undefined);
    },
  };
}

const view = (key: StoredApiKey): object => ({ object: 'key', ...toWire(key) });
