/** Icinga 2's event streams, passed on one by one (icinga.com/docs, "Event Streams"). States: services 0 to 3, hosts 0 up and 1 down. */
import type { Adapter, HookRequest, Reading, Severity } from '../alert.ts';
import { at, isFields, one, text, when } from '../sketch.ts';

const services: readonly (readonly [string, Severity])[] = [
  ['OK', 'ok'],
  ['WARNING', 'warning'],
  ['CRITICAL', 'critical'],
  ['UNKNOWN', 'unknown'],
];

const events =
  /^(?:StateChange|CheckResult|Notification|AcknowledgementSet|AcknowledgementCleared|Flapping|Downtime(?:Added|Removed|Started|Triggered)|Comment(?:Added|Removed))$/;

export const icinga: Adapter = {
  name: 'icinga',
  label: 'Icinga 2 event stream',
  read(request: HookRequest): Reading {
    const { value } = request;
    const type = text(at(value, 'type'));
    const host = text(
      at(value, 'host') ?? at(value, 'downtime', 'host_name') ?? at(value, 'comment', 'host_name'),
    );
    if (!isFields(value) || !events.test(type) || host === '' || typeof value['timestamp'] !== 'number')
      return undefined;
    const service = text(
      value['service'] ?? at(value, 'downtime', 'service_name') ?? at(value, 'comment', 'service_name'),
    );
    const number = Number(text(value['state'] ?? at(value, 'check_result', 'state')) || Number.NaN);
    const named =
      service === ''
        ? (
            [
              ['UP', 'ok'],
              ['DOWN', 'critical'],
            ] as const
          )[number]
        : services[number];
    const [state, severity] = named ?? ['', 'unknown'];
    const what = service === '' ? host : `${service} on ${host}`;
    const changes = type === 'StateChange' || type === 'CheckResult' || type === 'Notification';
    return one('icinga', {
      title:
        changes && state !== ''
          ? `${what} is ${state}`
          : `${what}: ${type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()}`,
      severity,
      state: type.startsWith('AcknowledgementSet')
        ? 'acknowledged'
        : !changes || severity === 'unknown'
          ? 'info'
          : severity === 'ok'
            ? 'resolved'
            : 'firing',
      summary:
        text(at(value, 'check_result', 'output')) ||
        text(value['text']) ||
        text(value['comment']) ||
        text(at(value, 'downtime', 'comment')),
      facts: [
        ['Host', host],
        ['Service', service],
        ['State type', value['state_type'] === 1 ? 'hard' : value['state_type'] === 0 ? 'soft' : ''],
        ['Notification', value['notification_type']],
        ['Author', value['author'] ?? at(value, 'downtime', 'author')],
      ],
      startedAt: when(value['timestamp']),
      threadKey: service === '' ? host : `${host}!${service}`,
    });
  },
};
