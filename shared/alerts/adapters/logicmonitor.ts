/**
 * LogicMonitor's custom HTTP delivery: tokens under names that people choose, mostly those of the tokens (`alertid` for `##ALERTID##`).
 */
import type { Adapter, AlertState } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { first, isFields, one, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { byLetters, keyOf, known, linesBeside, pick, webLink } from '../value.ts';

const states: Readonly<Record<string, AlertState>> = {
  active: 'firing',
  update: 'firing',
  escalate: 'firing',
  ack: 'acknowledged',
  acknowledged: 'acknowledged',
  clear: 'resolved',
  cleared: 'resolved',
  test: 'test',
};

const told =
  'alertstatus level severity message alertid internalid startepoch start endepoch end url alertdetailurl alerturl value threshold hostname host'.split(
    ' ',
  );

/** A token that was not filled in: `##DATAPOINT##`. */
const token = /^##[A-Z0-9._]{1,60}##$/;

export const logicmonitor: Adapter = {
  name: 'logicmonitor',
  label: 'LogicMonitor',
  read({ value }) {
    if (!isFields(value)) return undefined;
    const filled = Object.entries(value).filter(([, part]) => typeof part !== 'string' || !token.test(part));
    const body = Object.fromEntries(filled);
    const letters = byLetters(body);
    const state = pick(states, letters['alertstatus']);
    const own = known(
      letters,
      'datasource',
      'datapoint',
      'dsname',
      'dpname',
      'internalid',
      'alerttype',
      'datapointname',
      'datasourcename',
      'hostname',
      'startepoch',
      'dsidescription',
    );
    if (state === undefined || known(letters, 'alertid', 'internalid') === 0 || own < 2) return undefined;
    const host = first(letters['hostname'], letters['host'], letters['device'], letters['resource']);
    const data = first(letters['datasource'], letters['datasourcename'], letters['dsname']);
    const point = first(letters['datapoint'], letters['datapointname'], letters['dpname']);
    const what = [data, point].filter((part) => part !== '').join(' ');
    const id = first(letters['internalid'], letters['alertid']);
    const time = timeOf(letters['startepoch'] ?? letters['start']);
    return one(
      'logicmonitor',
      {
        title: first(letters['subject'], letters['summary']) || (host === '' ? what : `${what} on ${host}`),
        state,
        severity: firstSeverity(letters['level'], letters['severity'], letters['alertlevel']),
        summary: first(letters['message'], letters['alertmessage'], letters['description']),
        facts: [
          ['Value', letters['value']],
          ['Threshold', letters['threshold']],
          ['Host', host],
          ...linesBeside(body, told),
        ],
        links: [['Alert', webLink(first(letters['alertdetailurl'], letters['alerturl'], letters['url']))]],
        startedAt: time,
        endedAt: state === 'resolved' ? timeOf(letters['endepoch'] ?? letters['end']) : undefined,
        threadKey: keyOf(id),
      },
      {
        deliveryKey: keyOf(
          id,
          text(letters['alertstatus']),
          text(letters['level']),
          letters['startepoch'],
          letters['endepoch'],
          letters['ackedon'],
        ),
      },
    );
  },
};
