/**
 * Grafana's alerting before version 9: one rule, its state, and the series that matched.
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, AlertState, Severity } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, fields, first, has, list, one, text } from '../sketch.ts';
import { keyOf, linesOf } from '../value.ts';
import type { Line } from '../value.ts';

const states: Readonly<Record<string, readonly [AlertState, Severity]>> = {
  alerting: ['firing', 'critical'],
  no_data: ['firing', 'warning'],
  ok: ['resolved', 'ok'],
  pending: ['info', 'info'],
  paused: ['info', 'info'],
  unknown: ['info', 'unknown'],
};

/** A series and the value that matched; the same series may match several conditions. */
function matches(value: unknown): readonly Line[] {
  const told = new Map<string, Line>();
  for (const match of list(value)) {
    const tags = linesOf(at(match, 'tags'), '__name__').map(([name, tag]) => `${name}=${text(tag)}`);
    const name = first(at(match, 'metric')) || 'Value';
    const line = [text(at(match, 'value')) || 'none', tags.join(', ')]
      .filter((part) => part !== '')
      .join(' · ');
    told.set(name + line, [name, line]);
  }
  return [...told.values()];
}

export const grafanaLegacy: Adapter = {
  name: 'grafana-legacy',
  label: 'Grafana (legacy alerting)',
  read({ value }) {
    if (!has(value, 'ruleName', 'state') || !(has(value, 'ruleId') || has(value, 'evalMatches')))
      return undefined;
    const state = text(value['state']).toLowerCase();
    const [read, severity] = entry(states, state) ?? ['info', 'unknown'];
    const tags = fields(value['tags']);
    const [name, headline] = [
      first(value['ruleName']),
      first(value['title']).replace(/^\[[^\]]{0,40}\] ?/, ''),
    ];
    const title = name.includes(headline) ? name : `${headline}: ${name}`;
    const tried = name === 'Test notification';
    return one('grafana-legacy', {
      title,
      state: tried ? 'test' : read,
      severity:
        read === 'firing' ? (firstSeverity(tags['severity'], tags['priority']) ?? severity) : severity,
      summary: value['message'],
      facts: [
        ...matches(value['evalMatches']),
        ...linesOf(tags, 'severity'),
        ['State', state.replace('_', ' ')],
      ],
      links: [
        ['Alert rule', value['ruleUrl']],
        ['Picture', value['imageUrl']],
      ],
      threadKey: keyOf(
        name || headline,
        value['orgId'],
        value['dashboardId'],
        value['panelId'],
        value['ruleId'],
      ),
    });
  },
};
