/**
 * InfluxData's Kapacitor: the alert data of its HTTP POST handler. https://docs.influxdata.com/kapacitor/v1/reference/event_handlers/post/
 */
import type { Adapter, AlertState, Severity } from '../alert.ts';
import { plainHtml } from '../markup.ts';
import { at, first, has, isFields, list, one, only, shown, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, linesOf, pick } from '../value.ts';
import type { Line } from '../value.ts';

const levels: Readonly<Record<string, readonly [AlertState, Severity]>> = {
  ok: ['resolved', 'ok'],
  info: ['info', 'info'],
  warn: ['firing', 'warning'],
  warning: ['firing', 'warning'],
  crit: ['firing', 'critical'],
  critical: ['firing', 'critical'],
};

const keys = new Set([
  'id',
  'message',
  'details',
  'time',
  'duration',
  'level',
  'previousLevel',
  'data',
  'recoverable',
]);

/** Tags of a series, and the last value of each of its fields. */
function series(found: unknown): readonly Line[] {
  const row = list(list(at(found, 'values')).at(-1));
  const columns = list(at(found, 'columns'));
  const values = columns.map((column, place): Line => [text(column), shown(row[place])]);
  return [...linesOf(at(found, 'tags')), ...values.filter(([name]) => name !== 'time')];
}

export const kapacitor: Adapter = {
  name: 'kapacitor',
  label: 'Kapacitor',
  read({ value }) {
    if (!has(value, 'id', 'level', 'message') || !only(value, keys)) return undefined;
    const tone = pick(levels, value['level']);
    if (
      tone === undefined ||
      !['details', 'data', 'previousLevel', 'duration'].some((key) => Object.hasOwn(value, key))
    )
      return undefined;
    const [state, severity] = tone;
    const id = text(value['id']);
    const before = first(value['previousLevel']);
    const time = timeOf(value['time']);
    const details = isFields(value['details'])
      ? shown(value['details'])
      : plainHtml(text(value['details']).slice(0, 20_000)).text;
    return one(
      'kapacitor',
      {
        title: first(value['message'], value['id']),
        state,
        severity,
        summary: details,
        facts: [
          ...list(at(value, 'data', 'series'))
            .slice(0, 20)
            .flatMap(series),
          [
            'Level',
            before === '' || before === text(value['level'])
              ? value['level']
              : `${before} → ${text(value['level'])}`,
          ],
          ['Id', id],
        ],
        startedAt: time,
        endedAt: state === 'resolved' ? time : undefined,
        threadKey: id,
      },
      { deliveryKey: time === undefined ? undefined : keyOf(id, value['level'], value['time']) },
    );
  },
};
