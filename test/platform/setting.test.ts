import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { optional, preset, readSetting, required } from '../../shared/platform/setting.ts';

const number = () => z.string().regex(/^\d+$/, 'must be a number').max(3, 'must be short').transform(Number);

test('a setting is its text, or what holds without one, or a fault', () => {
  assert.deepEqual(readSetting(preset(7, number, ''), '12'), { ok: true, value: 12 });
  assert.deepEqual(readSetting(preset(7, number, ''), undefined), { ok: true, value: 7 });
  assert.deepEqual(readSetting(optional(number, ''), undefined), { ok: true, value: undefined });
  assert.deepEqual(readSetting(required(number, ''), undefined), { ok: false, faults: ['is missing'] });
  assert.deepEqual(readSetting(required(number, ''), 'many'), {
    ok: false,
    faults: ['must be a number', 'must be short'],
  });
});

const never = () => assert.fail('a schema was made');

test('no schema is made for a setting that is not given: a cold instance has most of them to make else', () => {
  for (const setting of [preset(7, never, ''), optional(never, ''), required(never, '')]) {
    assert.equal(readSetting(setting, undefined).ok, setting.otherwise !== undefined);
  }
});
