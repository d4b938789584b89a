/**
 * Wazuh: its alerts as they are, as integration scripts pass them on, and the summary that scripts after the model of Keep's make.
 * https://documentation.wazuh.com/current/user-manual/manager/integration-with-external-apis.html
 */
import { trimmedEnd } from '../../platform/trim.ts';
import type { Adapter, AlertGroup, Severity } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, fields, first, has, isFields, one, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, linesOf } from '../value.ts';
import type { Line } from '../value.ts';

const source = 'wazuh';

/** Levels of rules, 0 to 15. https://documentation.wazuh.com/current/user-manual/ruleset/rules/rules-classification.html */
function severityOf(level: number): Severity {
  if (level >= 15) return 'critical';
  if (level >= 12) return 'error';
  return level >= 7 ? 'warning' : 'info';
}

function alert(body: Fields, rule: Fields): AlertGroup {
  const agent = first(at(body, 'agent', 'name'));
  const said = first(rule['description']);
  const address = first(at(body, 'data', 'srcip'));
  return one(
    source,
    {
      title: agent === '' ? said : `${trimmedEnd(said, /\./)} on ${agent}`,
      state: 'firing',
      severity: severityOf(Number(text(rule['level']) || 0)),
      summary: first(body['full_log']),
      facts: [
        ['Agent', [agent, first(at(body, 'agent', 'ip'))].filter((part) => part !== '').join(', ')],
        ['Source address', address],
        ['Rule', rule['id']],
        ['Level', rule['level']],
        ['Groups', rule['groups']],
        ['MITRE ATT&CK', at(rule, 'mitre', 'technique')],
        ...linesOf(body['data'], 'srcip'),
        ['Location', body['location']],
      ],
      startedAt: timeOf(body['timestamp']),
      threadKey: keyOf(rule['id'], at(body, 'agent', 'id'), address),
    },
    { deliveryKey: first(body['id']) || undefined },
  );
}

const names = ['Rule ID', 'Level', 'Agent ID', 'Agent Name', 'Title', 'Full Log'];

function summary(body: Fields, description: string): AlertGroup {
  const lines = description.split(/\r?\n/).flatMap((line): readonly Line[] => {
    const name = names.find((known) => line.startsWith(`${known} `));
    return name === undefined ? [] : [[name, line.slice(name.length + 1)]];
  });
  return one(source, {
    title: first(body['message'], body['title']),
    state: 'firing',
    severity: firstSeverity(body['severity']),
    summary: description,
    facts: lines,
    startedAt: timeOf(body['created_at']),
  });
}

export const wazuh: Adapter = {
  name: source,
  label: 'Wazuh',
  read({ value }) {
    if (!isFields(value)) return undefined;
    // The integrations for Shuffle and its like wrap the alert.
    if (has(value, 'all_fields', 'rule_id') && isFields(at(value, 'all_fields', 'rule')))
      return alert(fields(value['all_fields']), fields(at(value, 'all_fields', 'rule')));
    const rule = fields(value['rule']);
    if (has(rule, 'level', 'description', 'id') && (isFields(value['agent']) || isFields(value['manager'])))
      return alert(value, rule);
    const description = text(value['description']);
    return has(value, 'message', 'severity') && /^Rule ID \S{1,20}\r?\nLevel \d/.test(description)
      ? summary(value, description)
      : undefined;
  },
};
