/**
 * New Relic: issues of workflows (the default template), and incidents of the older alerts in both spellings (`current_state` and
 * `currentState`). https://docs.newrelic.com/docs/alerts/get-notified/custom-variables-incident-workflows/
 */
import type { Adapter, AlertGroup, AlertState } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, fields, first, isFields, list, one, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { byLetters, keyOf, known, linesOf, pick } from '../value.ts';

const source = 'new-relic';

const states: Readonly<Record<string, AlertState>> = {
  open: 'firing',
  opened: 'firing',
  created: 'firing',
  activated: 'firing',
  acknowledged: 'acknowledged',
  closed: 'resolved',
  resolved: 'resolved',
  deactivated: 'resolved',
  test: 'test',
};

/** The targets of an incident; the names may be empty. */
function targets(value: unknown): string {
  return list(value)
    .map((target) => first(at(target, 'name'), at(target, 'labels', 'fullHostname')))
    .filter((name) => name !== '')
    .join(', ');
}

function issue(letters: Fields): AlertGroup {
  const state = pick(states, letters['state']) ?? 'firing';
  const id = first(letters['id'], letters['issueid']);
  return one(
    source,
    {
      title: first(letters['title'], list(letters['alertconditionnames'])[0]),
      state,
      severity: firstSeverity(letters['priority']),
      summary: first(
        letters['description'],
        list(letters['alertdescriptions'] ?? letters['description'])[0],
        at(letters['annotations'], 'description'),
      ),
      facts: [
        ['Entities', letters['impactedentities']],
        ['Condition', letters['alertconditionnames']],
        ['Policy', letters['alertpolicynames']],
        ['Incidents', letters['totalincidents']],
        ['Workflow', letters['workflowname']],
        ['Sources', letters['sources']],
      ],
      links: [
        ['Issue', letters['issueurl']],
        ['Runbook', list(letters['runbookurl'])[0] ?? letters['runbookurl']],
        ['Chart', letters['violationcharturl']],
      ],
      startedAt: timeOf(letters['createdat']),
      endedAt: state === 'resolved' ? timeOf(letters['closedat'] ?? letters['updatedat']) : undefined,
      threadKey: id,
    },
    { deliveryKey: keyOf(id, letters['state'], letters['updatedat'], letters['totalincidents']) },
  );
}

function incident(letters: Fields): AlertGroup {
  const accumulated = fields(letters['accumulations']);
  const state = pick(states, letters['currentstate']) ?? 'firing';
  const id = text(letters['incidentid']);
  const condition = first(
    letters['conditionname'],
    list(accumulated['conditionName'])[0],
    at(list(letters['openviolations'])[0], 'label'),
  );
  const time = timeOf(letters['timestamp']);
  const on = targets(letters['targets']);
  return one(
    source,
    {
      title: condition || first(letters['policyname'], letters['details']),
      state,
      severity: firstSeverity(letters['severity'], letters['priority']),
      summary: [
        first(letters['details']),
        first(at(letters['annotations'], 'description')),
        first(at(letters['annotations'], 'reason')),
      ]
        .filter((part) => part !== '')
        .join('\n'),
      facts: [
        ['Target', on],
        ['Policy', first(letters['policyname'], list(accumulated['policyName'])[0])],
        ['Condition', condition],
        ...list(letters['targets']).flatMap((target) => linesOf(at(target, 'labels'))),
        ['Duration', text(letters['duration'])],
        ['Account', first(letters['accountname'], letters['accountid'])],
        ['Owner', letters['owner']],
      ],
      links: [
        ['Incident', letters['incidenturl']],
        ['Acknowledge', letters['incidentacknowledgeurl']],
        ['Runbook', letters['runbookurl']],
        ['Chart', letters['violationcharturl']],
        ['Violation', letters['violationcallbackurl']],
        ['Target', at(list(letters['targets'])[0], 'link')],
        ['Policy', letters['policyurl']],
      ],
      startedAt: state === 'resolved' ? undefined : time,
      endedAt: state === 'resolved' ? time : undefined,
      threadKey: keyOf(id, letters['accountid']),
    },
    { deliveryKey: keyOf(id, letters['accountid'], letters['currentstate'], letters['timestamp']) },
  );
}

export const newRelic: Adapter = {
  name: source,
  label: 'New Relic',
  read({ value }) {
    if (!isFields(value)) return undefined;
    const letters = byLetters(value);
    const workflow = known(
      letters,
      'issueurl',
      'impactedentities',
      'alertpolicynames',
      'alertconditionnames',
      'workflowname',
      'totalincidents',
    );
    if (workflow >= 2 && known(letters, 'title', 'state', 'priority') >= 1) return issue(letters);
    const legacy = known(
      letters,
      'conditionname',
      'policyname',
      'policyurl',
      'incidenturl',
      'accumulations',
      'openviolationscount',
      'openviolations',
      'targets',
      'eventtype',
    );
    return known(letters, 'incidentid', 'currentstate') === 2 && legacy >= 2 ? incident(letters) : undefined;
  },
};
