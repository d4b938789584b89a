/** What our code relies on in the table service. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TableClient, TableEntityResult } from '@azure/data-tables';
import { refusal, type Clients } from '../services.ts';

/** @param clients are there when the first test runs. */
export function tables(clients: () => Clients): void {
  test('tables: made twice is no matter, missing is TableNotFound', async () => {
    const table = await clients().table();
    await table.createTable();
    await table.deleteTable();
    await table.deleteTable();
    const notFound = { status: 404, code: 'TableNotFound' };
    assert.deepEqual(await refusal(table.getEntity('p', 'r')), notFound);
    assert.deepEqual(await refusal(table.createEntity({ partitionKey: 'p', rowKey: 'r' })), notFound);
    assert.deepEqual(await refusal(Array.fromAsync(table.listEntities())), notFound);
    const strange = clients().tableNamed('no-hyphens');
    assert.equal((await refusal(strange.createTable())).status, 400);
  });

  test('entities keep their types, odd keys and characters', async () => {
    const table = await clients().table();
    const entity = {
      partitionKey: "p'artition ü%20",
      rowKey: "o''1 & <x> = (é)",
      text: 'Grüße\r\n🎉 "quoted" \\ \u0001',
      empty: '',
      whole: 7,
      half: 1.5,
      round: { type: 'Double', value: 3 },
      big: 9_007_199_254_740_993n,
      date: new Date('2026-11-20T12:34:56.789Z'),
      bytes: new Uint8Array([0, 1, 255]),
      yes: true,
      guid: { type: 'Guid', value: '00000000-0000-0000-0000-00000000000a' },
    };
    const { etag } = await table.createEntity(entity);
    const read = await table.getEntity(entity.partitionKey, entity.rowKey);
    const { timestamp, ...rest } = without(read, 'odata.metadata');
    assert.match(timestamp ?? '', /^20\d\d-.*Z$/);
    assert.deepEqual(
      { ...rest, bytes: [...(rest['bytes'] as Uint8Array)] },
      { ...entity, round: 3, etag, bytes: [0, 1, 255] },
    );
    assert.match(etag ?? '', /^W\/"datetime'.*'"$/);
    const selected = await table.getEntity(entity.partitionKey, entity.rowKey, {
      queryOptions: { select: ['rowKey', 'whole'] },
    });
    assert.deepEqual(without(selected, 'odata.metadata'), { etag, rowKey: entity.rowKey, whole: 7 });
  });

  test('entities: insert, merge, replace and delete obey the ETag', async () => {
    const table = await clients().table();
    const key = { partitionKey: 'p', rowKey: 'r' };
    const missing = { status: 404, code: 'ResourceNotFound' };
    const stale = { status: 412, code: 'UpdateConditionNotSatisfied' };
    assert.deepEqual(await refusal(table.getEntity('p', 'r')), missing);
    assert.deepEqual(await refusal(table.updateEntity({ ...key, a: 1 }, 'Merge')), missing);
    assert.deepEqual(await refusal(table.updateEntity({ ...key, a: 1 }, 'Replace', { etag: '*' })), missing);
    assert.deepEqual(await refusal(table.deleteEntity('p', 'r')), missing);
    const first = await table.createEntity({ ...key, a: 1, b: 'one' });
    assert.deepEqual(await refusal(table.createEntity(key)), { status: 409, code: 'EntityAlreadyExists' });
    const second = await table.updateEntity({ ...key, b: 'two', c: true }, 'Merge', { etag: first.etag! });
    assert.notEqual(second.etag, first.etag);
    assert.deepEqual(await refusal(table.updateEntity(key, 'Merge', { etag: first.etag! })), stale);
    assert.deepEqual(await refusal(table.updateEntity(key, 'Replace', { etag: first.etag! })), stale);
    assert.deepEqual(await refusal(table.deleteEntity('p', 'r', { etag: first.etag! })), stale);
    assert.deepEqual(plain(await table.getEntity('p', 'r')), { ...key, a: 1, b: 'two', c: true });
    await table.updateEntity({ ...key, d: 4 }, 'Replace', { etag: second.etag! });
    assert.deepEqual(plain(await table.getEntity('p', 'r')), { ...key, d: 4 });
    await table.upsertEntity({ ...key, e: 5 }, 'Merge');
    assert.deepEqual(plain(await table.getEntity('p', 'r')), { ...key, d: 4, e: 5 });
    await table.upsertEntity({ ...key, f: 6 }, 'Replace');
    assert.deepEqual(plain(await table.getEntity('p', 'r')), { ...key, f: 6 });
    const { etag } = await table.getEntity('p', 'r');
    await table.deleteEntity('p', 'r', { etag });
    await table.upsertEntity({ ...key, g: 7 }, 'Merge');
    assert.deepEqual(plain(await table.getEntity('p', 'r')), { ...key, g: 7 });
  });

  test('entities: what is too large or oddly named is refused', async () => {
    const table = await clients().table();
    const key = { partitionKey: 'p', rowKey: 'r' };
    const tooLarge = { status: 400, code: 'PropertyValueTooLarge' };
    assert.deepEqual(await refusal(table.createEntity({ ...key, a: 'x'.repeat(32_769) })), tooLarge);
    assert.deepEqual(await refusal(table.createEntity({ ...key, a: new Uint8Array(65_537) })), tooLarge);
    await table.createEntity({ ...key, a: 'x'.repeat(32_768), b: new Uint8Array(65_536) });
    assert.equal((await refusal(table.createEntity({ ...key, rowKey: 'a/b' }))).status, 400);
    assert.equal((await refusal(table.createEntity({ ...key, rowKey: 'a\u0001b' }))).status, 400);
  });

  test('queries: filters, order, selection and pages', async () => {
    const table = await clients().table();
    for (const partitionKey of ['a', 'b', 'c']) {
      await table.submitTransaction(
        Array.from({ length: 4 }, (_, i) => [
          'create' as const,
          {
            partitionKey,
            rowKey: `r${i}`,
            n: i,
            long: BigInt(i),
            half: i + 0.5,
            even: i % 2 === 0,
            name: `it's ${i}`,
            at: new Date(i * 1000),
            id: { type: 'Guid' as const, value: `00000000-0000-0000-0000-00000000000${i}` },
          },
        ]),
      );
    }
    const found = async (filter: string): Promise<string> =>
      (await Array.fromAsync(table.listEntities({ queryOptions: { filter } })))
        .map(({ partitionKey, rowKey }) => `${partitionKey}${rowKey?.slice(1)}`)
        .join(' ');
    const expected: Readonly<Record<string, string>> = {
      "PartitionKey eq 'b'": 'b0 b1 b2 b3',
      "PartitionKey eq 'b' and RowKey ge 'r1' and RowKey lt 'r3'": 'b1 b2',
      "PartitionKey eq 'b' and RowKey gt 'r1' and RowKey le 'r3'": 'b2 b3',
      "PartitionKey eq 'b' and RowKey eq 'r1'": 'b1',
      "PartitionKey gt 'a' and PartitionKey le 'b' and n eq 0": 'b0',
      "(PartitionKey eq 'a' or PartitionKey eq 'c') and n ge 3": 'a3 c3',
      "PartitionKey eq 'a' and (n lt 1 or n gt 2)": 'a0 a3',
      "PartitionKey eq 'a' and not (n lt 2)": 'a2 a3',
      "PartitionKey eq 'a' and n ne 2": 'a0 a1 a3',
      "PartitionKey eq 'a' and long gt 1L": 'a2 a3',
      "PartitionKey eq 'a' and half le 1.5": 'a0 a1',
      "PartitionKey eq 'a' and even eq true": 'a0 a2',
      "PartitionKey eq 'a' and name eq 'it''s 2'": 'a2',
      "PartitionKey eq 'a' and at lt datetime'1970-01-01T00:00:02Z'": 'a0 a1',
      "PartitionKey eq 'a' and at eq datetime'1970-01-01T00:00:02.000Z'": 'a2',
      "PartitionKey eq 'a' and id eq guid'00000000-0000-0000-0000-000000000003'": 'a3',
      "PartitionKey eq 'a' and nothing eq 1": '',
      "PartitionKey eq 'z'": '',
      "RowKey le 'r0'": 'a0 b0 c0',
      "PartitionKey ge 'b' and RowKey lt 'r1'": 'b0 c0',
      "PartitionKey eq 'b' and (RowKey eq 'r0' or RowKey eq 'r3')": 'b0 b3',
      "PartitionKey eq 'b' and RowKey gt 'r2' and RowKey lt 'r1'": '',
    };
    for (const [filter, entities] of Object.entries(expected)) {
      assert.equal(await found(filter), entities, filter);
    }
    const select = table.listEntities({
      queryOptions: { filter: "PartitionKey eq 'a' and n eq 1", select: ['rowKey', 'name'] },
    });
    assert.deepEqual(plain((await select.next()).value), { rowKey: 'r1', name: "it's 1" });
    const pages = await Array.fromAsync(
      table.listEntities({ queryOptions: { filter: 'n ge 2' } }).byPage({ maxPageSize: 4 }),
    );
    assert.deepEqual(
      pages.map((page) => page.map(({ partitionKey, rowKey }) => `${partitionKey}${rowKey?.slice(1)}`)),
      [
        ['a2', 'a3', 'b2', 'b3'],
        ['c2', 'c3'],
      ],
    );
  });

  test('a page of a query holds a thousand entities', async () => {
    const table = await clients().table();
    for (let batch = 0; batch < 11; batch++) {
      await table.submitTransaction(
        Array.from({ length: 100 }, (_, i) => [
          'create' as const,
          { partitionKey: 'p', rowKey: String(batch * 100 + i).padStart(6, '0') },
        ]),
      );
    }
    const pages = await Array.fromAsync(table.listEntities().byPage());
    assert.deepEqual(
      pages.map((page) => page.length),
      [1000, 100],
    );
    const keys = pages.flat().map(({ rowKey }) => rowKey);
    assert.deepEqual(
      keys,
      Array.from({ length: 1100 }, (_, i) => String(i).padStart(6, '0')),
    );
  });

  test('an entity group transaction happens whole or not at all', async () => {
    const table = await clients().table();
    const { etag } = await table.createEntity(of('old'));
    const done = await table.submitTransaction([
      ['create', of('new', { a: 'ü' })],
      ['update', of('old', { b: 2 }), 'Merge', { etag: etag! }],
      ['upsert', of('either', { c: 3 }), 'Replace'],
    ]);
    assert.equal(done.status, 202);
    assert.deepEqual(
      done.subResponses.map(({ status }) => status),
      [204, 204, 204],
    );
    assert.equal(done.subResponses[0]?.etag, (await table.getEntity("it's p", 'new')).etag);
    const failing = (actions: Parameters<TableClient['submitTransaction']>[0]) =>
      refusal(table.submitTransaction(actions)).then(({ status }) => status);
    assert.equal(
      await failing([
        ['create', of('x')],
        ['create', of('new')],
      ]),
      409,
    );
    assert.equal(
      await failing([
        ['create', of('x')],
        ['update', of('old'), 'Merge', { etag: etag! }],
      ]),
      412,
    );
    assert.equal(
      await failing([
        ['create', of('x')],
        ['delete', of('none')],
      ]),
      404,
    );
    assert.equal(
      await failing([
        ['create', of('x')],
        ['upsert', of('x'), 'Merge'],
      ]),
      400,
    );
    const many = Array.from({ length: 101 }, (_, i) => ['create' as const, of(`m${i}`)] as const);
    assert.equal(await failing(many.map(([action, entity]) => [action, entity])), 400);
    await table.submitTransaction([
      ['delete', of('new')],
      ['delete', of('either')],
    ]);
    const rest = await Array.fromAsync(table.listEntities());
    assert.deepEqual(rest.map(plain), [of('old', { b: 2 })]);
    await assert.rejects(
      table.submitTransaction([
        ['create', of('x')],
        ['create', of('new')],
        ['create', of('old')],
      ]),
      {
        code: 'EntityAlreadyExists',
        message: /^2:The specified entity already exists/,
      },
    );
  });
}

const of = (rowKey: string, more: object = {}) => ({ partitionKey: "it's p", rowKey, ...more });

/** An entity without what the service adds. */
function plain(entity: TableEntityResult<object>): object {
  return without(entity, 'etag', 'timestamp', 'odata.metadata');
}

function without<E extends object>(entity: E, ...names: string[]): E {
  return Object.fromEntries(Object.entries(entity).filter(([name]) => !names.includes(name))) as E;
}
