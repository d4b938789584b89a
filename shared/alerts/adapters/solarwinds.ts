/**
 * SolarWinds Orion's HTTP POST action: names that people take from its variables, with empty strings in many of them.
 */
import type { Adapter, AlertState } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { first, isFields, one, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { byLetters, keyOf, known, linesOf, pick, webLink } from '../value.ts';

const actions: Readonly<Record<string, AlertState>> = {
  create: 'firing',
  trigger: 'firing',
  triggered: 'firing',
  update: 'info',
  acknowledge: 'acknowledged',
  acknowledged: 'acknowledged',
  close: 'resolved',
  reset: 'resolved',
  resolve: 'resolved',
  resolved: 'resolved',
};

const own =
  'alertid alertmessage alertdescription alertdetailsurl acknowledgeurl alerttriggercount alerttriggertime alertobjectid alertname alertdefid'.split(
    ' ',
  );

const told = [
  'AlertMessage',
  'AlertDescription',
  'AlertDetailsUrl',
  'AcknowledgeUrl',
  'ActionType',
  'NodeName',
  'AlertName',
  'AlertTriggerTime',
  'Severity',
];

export const solarwinds: Adapter = {
  name: 'solarwinds',
  label: 'SolarWinds',
  read({ value }) {
    if (!isFields(value)) return undefined;
    const letters = byLetters(value);
    // Its own names, in its own spelling: others have an alert_id too.
    const spelled = Object.keys(value).filter((key) =>
      /^(?:Alert|Acknowledge|Node|Action)[A-Z]/.test(key),
    ).length;
    if (
      spelled < 3 ||
      known(letters, ...own) < 2 ||
      known(letters, 'nodename', 'acknowledgeurl', 'alerttriggertime', 'alertdetailsurl') === 0
    )
      return undefined;
    const message = first(letters['alertmessage'], letters['alertname'], letters['alertdescription']);
    const node = first(letters['nodename'], letters['node'], letters['objectname']);
    const title = message.includes(node) ? message : [node, message].filter((part) => part !== '').join(': ');
    const state = pick(actions, letters['actiontype']) ?? pick(actions, letters['status']) ?? 'firing';
    const id = first(letters['alertid'], letters['alertobjectid']);
    const times = text(letters['alerttriggercount']);
    return one(
      'solarwinds',
      {
        title,
        state,
        severity: firstSeverity(
          letters['severity'],
          letters['alertseverity'],
          /^(Critical|Serious|Warning|Informational|Notice)(?=[A-Z:\s])/.exec(message)?.[1],
        ),
        summary: [message, first(letters['alertdescription'])]
          .filter((part) => part !== '' && part !== title)
          .join('\n\n'),
        facts: [['Node', node], ['Alert', letters['alertname']], ...linesOf(value, ...told)],
        links: [
          ['Alert', webLink(letters['alertdetailsurl'])],
          ['Acknowledge', webLink(letters['acknowledgeurl'])],
        ],
        startedAt: timeOf(letters['alerttriggertime']),
        threadKey: id === '' ? undefined : keyOf(id, node),
      },
      {
        deliveryKey:
          id === ''
            ? undefined
            : keyOf(id, node, letters['actiontype'], times, letters['alerttriggertime'], message),
      },
    );
  },
};
