import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idOfUuid, messageIdOf, newMessageId, uuidOf } from '../../shared/platform/id.ts';

test('an id and its UUID are two spellings of one number', () => {
  for (const id of [
    newMessageId(new Date()),
    messageIdOf(new Uint8Array(32).fill(255)),
    '7'.padEnd(26, 'z'),
  ]) {
    const uuid = uuidOf(id);
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    assert.equal(idOfUuid(uuid), id);
    assert.equal(idOfUuid(uuid.toUpperCase()), id);
  }
  for (const text of ['', 'x', newMessageId(new Date()), `${uuidOf(newMessageId(new Date()))}0`]) {
    assert.equal(idOfUuid(text), undefined);
  }
});
