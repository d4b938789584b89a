/**
 * Elastic: Kibana's rules (whose body somebody writes in Mustache: the example of the documentation, or the variables by their own
 * names), and Watcher. https://www.elastic.co/docs/reference/kibana/connectors-kibana/webhook-action-type
 */
import type { Adapter, AlertGroup, AlertState } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, first, has, isFields, one, only, shown, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { tone } from '../tone.ts';
import { byLetters, keyOf, known, linesOf, webLink } from '../value.ts';

const source = 'elastic';

/** The example that Kibana's documentation gives for a webhook. */
const example = new Set(['short_description', 'description']);

function watch(body: Fields): AlertGroup {
  const id = first(body['watch_id'], at(body, 'ctx', 'watch_id'));
  const metadata = body['metadata'] ?? at(body, 'ctx', 'metadata');
  const payload = body['payload'] ?? at(body, 'ctx', 'payload') ?? at(body, 'result');
  const time = timeOf(
    at(body, 'trigger', 'triggered_time') ??
      at(body, 'ctx', 'trigger', 'triggered_time') ??
      body['trigger_time'],
  );
  const title = first(at(metadata, 'name'), body['title'], body['subject'], body['message']) || id;
  // A watch has no state of its own: what somebody wrote for its end says so.
  const over =
    /^(?:green|ok|resolved|recovered)$/i.test(first(body['status'], body['state'])) ||
    tone(`${title}\n${first(body['message'])}`).state === 'resolved';
  return one(
    source,
    {
      title,
      state: over ? 'resolved' : 'firing',
      severity: firstSeverity(body['severity'], at(metadata, 'severity')),
      summary: first(body['message'], body['text'], at(metadata, 'description')),
      facts: [
        ['Hits', shown(at(payload, 'hits', 'total', 'value') ?? at(payload, 'hits', 'total'))],
        ...linesOf(metadata, 'name', 'description'),
        ['Watch', id],
      ],
      links: [['Kibana', webLink(body['link'] ?? body['url'] ?? at(metadata, 'link'))]],
      startedAt: time,
      threadKey: keyOf(id, 'watch'),
    },
    { deliveryKey: time === undefined ? undefined : keyOf(id, time.toISOString()) },
  );
}

/** Rule, alert and context, as objects or with dots in the names. */
function rule(body: Fields): AlertGroup {
  const letters = byLetters(body);
  const named = (...ways: readonly string[]) =>
    first(...ways.map((way) => letters[way.replaceAll('.', '')] ?? at(body, ...way.split('.'))));
  const group = named(
    'alert.actionGroupName',
    'alertActionGroupName',
    'actionGroupName',
    'alert.actionGroup',
    'alertActionGroup',
    'actionGroup',
    'kibana.alert.action_group',
    'kibana.alert.status',
  );
  const recovered = /recover|resolved/i.test(group);
  const state: AlertState = recovered ? 'resolved' : 'firing';
  const id = named('alert.id', 'alertId', 'alert.uuid', 'kibana.alert.uuid', 'kibana.alert.instance.id');
  const ruleId = named('rule.id', 'ruleId', 'kibana.alert.rule.uuid');
  const title =
    named('context.title', 'rule.name', 'ruleName', 'alertName', 'kibana.alert.rule.name', 'rule') ||
    'Kibana rule';
  const time = timeOf(named('date', 'context.timestamp', 'timestamp', 'kibana.alert.start', '@timestamp'));
  return one(
    source,
    {
      title,
      state,
      severity: firstSeverity(
        named('severity', 'context.rule.severity', 'kibana.alert.severity', 'rule.severity'),
        group,
      ),
      summary: named(
        'context.message',
        'message',
        'context.reason',
        'reason',
        'kibana.alert.reason',
        'description',
      ),
      facts: [
        ['Alert', named('alert.id', 'alertId', 'kibana.alert.instance.id')],
        ['Value', named('context.value', 'context.conditions')],
        ['Group', group],
        ...linesOf(
          body['context'],
          'message',
          'reason',
          'title',
          'link',
          'alertDetailsUrl',
          'viewInAppUrl',
          'hits',
          'value',
          'conditions',
          'alerts',
        ),
        ['Rule type', named('rule.type', 'ruleTypeId', 'kibana.alert.rule.category')],
        ['Tags', letters['tags'] ?? at(body, 'rule', 'tags')],
        ['Space', named('rule.spaceId', 'spaceId')],
      ],
      links: [
        'context.alertDetailsUrl',
        'context.link',
        'context.viewInAppUrl',
        'rule.url',
        'ruleUrl',
        'kibana.alert.url',
        'context.results_link',
      ].map((way) => ['Kibana', webLink(named(way))] as const),
      startedAt: recovered ? undefined : time,
      endedAt: recovered ? time : undefined,
      threadKey: id === '' && ruleId === '' ? undefined : keyOf(id || ruleId, ruleId),
    },
    {
      deliveryKey: time === undefined || id === '' ? undefined : keyOf(id, ruleId, group, time.toISOString()),
    },
  );
}

export const elastic: Adapter = {
  name: source,
  label: 'Elastic (Kibana, Watcher)',
  read({ value }) {
    if (!isFields(value)) return undefined;
    if (has(value, 'short_description', 'description') && only(value, example)) {
      const title = text(value['short_description']);
      return title === ''
        ? undefined
        : one(source, { title, state: 'firing', summary: value['description'] });
    }
    if (Object.hasOwn(value, 'watch_id') || has(value['ctx'], 'watch_id')) return watch(value);
    if (Object.keys(value).some((key) => key.startsWith('kibana.alert.'))) return rule(value);
    const letters = byLetters(value);
    const groups = known(
      letters,
      'alertactiongroup',
      'alertactiongroupname',
      'actiongroup',
      'actiongroupname',
    );
    if (groups > 0 && known(letters, 'rulename', 'ruleid', 'alertname', 'alertid', 'rule') > 0)
      return rule(value);
    const objects =
      isFields(value['rule']) &&
      (has(value['alert'], 'actionGroup') ||
        has(value['rule'], 'spaceId') ||
        has(value['context'], 'alertDetailsUrl'));
    return objects ? rule(value) : undefined;
  },
};
