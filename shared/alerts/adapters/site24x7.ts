/**
 * Site24x7's webhooks: upper-case names, times for people and for programs.
 */
import type { Adapter, AlertState, Severity } from '../alert.ts';
import { first, has, isFields, one, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, linesOf, pick, webLink } from '../value.ts';

const statuses: Readonly<Record<string, readonly [AlertState, Severity]>> = {
  down: ['firing', 'critical'],
  critical: ['firing', 'critical'],
  trouble: ['firing', 'warning'],
  warning: ['firing', 'warning'],
  up: ['resolved', 'ok'],
  clear: ['resolved', 'ok'],
  maintenance: ['info', 'info'],
  suspended: ['info', 'info'],
  discovery: ['info', 'info'],
};

const told =
  'MONITORNAME STATUS MONITOR_DASHBOARD_LINK RCA_LINK INCIDENT_REASON REASON ct OUTAGE_TIME_UNIX_FORMAT INCIDENT_TIME INCIDENT_TIME_ISO MONITORURL MONITOR_ID INCIDENT_DETAILS MONITOR_LONG_ID'.split(
    ' ',
  );

export const site24x7: Adapter = {
  name: 'site24x7',
  label: 'Site24x7',
  read({ value }) {
    if (!isFields(value) || !has(value, 'MONITORNAME', 'STATUS')) return undefined;
    const status = text(value['STATUS']);
    const [state, severity] = pick(statuses, status) ?? ['info', 'unknown'];
    const name = first(value['MONITORNAME']);
    const why = first(value['INCIDENT_REASON'], value['INCIDENT_DETAILS'], value['REASON']);
    const time =
      timeOf(value['INCIDENT_TIME_ISO']) ??
      timeOf(first(value['OUTAGE_TIME_UNIX_FORMAT'], value['INCIDENT_TIME']));
    return one(
      'site24x7',
      {
        title: `${name} is ${status.toLowerCase()}`,
        state,
        severity,
        summary: why,
        facts: [
          ['Address', value['MONITORURL']],
          ['Failed locations', value['FAILED_LOCATIONS']],
          ['Type', value['MONITORTYPE']],
          ['Groups', value['MONITOR_GROUPNAME']],
          ...linesOf(value, 'FAILED_LOCATIONS', 'MONITORTYPE', 'MONITOR_GROUPNAME', ...told),
        ],
        links: [
          ['Monitor', webLink(value['MONITOR_DASHBOARD_LINK'])],
          ['Root cause', webLink(value['RCA_LINK'])],
          ['Address', webLink(value['MONITORURL'])],
        ],
        startedAt: state === 'resolved' ? undefined : time,
        endedAt: state === 'resolved' ? time : undefined,
        threadKey: keyOf(
          name,
          first(
            value['MONITOR_ID'],
            value['MONITOR_LONG_ID'],
            value['MONITORURL'],
            value['MONITOR_DASHBOARD_LINK'],
          ),
        ),
      },
      {
        deliveryKey: keyOf(
          first(
            value['INCIDENT_TIME_ISO'],
            value['INCIDENT_TIME'],
            value['OUTAGE_TIME_UNIX_FORMAT'],
            value['ct'],
          ),
          name,
          status,
        ),
      },
    );
  },
};
