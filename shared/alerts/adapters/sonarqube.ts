/**
 * SonarQube and SonarCloud: an analysis ended. What matters is the quality gate, while `status` only says that the analysis itself went
 * well. https://docs.sonarsource.com/sonarqube-server/latest/project-administration/webhooks/
 */
import type { Adapter, AlertState, HookRequest, Reading, Severity } from '../alert.ts';
import { at, fields, first, has, isFields, list, one, text, when } from '../sketch.ts';
import { keyOf, pick, type Line } from '../value.ts';

type Tone = readonly [said: string, state: AlertState, severity: Severity];

const gates: Readonly<Record<string, Tone>> = {
  ok: ['quality gate passed', 'info', 'ok'],
  warn: ['quality gate warns', 'firing', 'warning'],
  error: ['quality gate failed', 'firing', 'error'],
};

const operators: Readonly<Record<string, string>> = { greater_than: '>', less_than: '<' };

export const sonarqube: Adapter = {
  name: 'sonarqube',
  label: 'SonarQube',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!has(value, 'serverUrl', 'taskId', 'project') || !isFields(value['project'])) return undefined;
    const { project } = value;
    const branch = fields(value['branch']);
    const gate = fields(value['qualityGate']);
    const analysed = text(value['status']).toUpperCase() === 'SUCCESS';
    const [said, state, severity]: Tone = analysed
      ? (pick(gates, gate['status']) ?? ['analysed', 'info', 'info'])
      : ['analysis failed', 'firing', 'error'];
    const name = first(project['name'], project['key']);
    const missed = list(gate['conditions']).filter((condition) =>
      /^(?:ERROR|WARN)$/.test(text(at(condition, 'status'))),
    );
    return one(
      'sonarqube',
      {
        title: `${name}: ${said}${text(branch['name']) === '' ? '' : ` on ${text(branch['name'])}`}`,
        state,
        severity,
        summary: missed.map((condition) => conditionLine(condition).join(': ')).join('\n'),
        facts: [
          ['Quality gate', gate['name']],
          ['Project', project['key']],
          ['Branch', branch['name']],
          ...list(gate['conditions']).map(conditionLine),
          ['Revision', value['revision']],
        ],
        links: [
          ['Dashboard', first(branch['url'], project['url'])],
          ['Server', value['serverUrl']],
        ],
        startedAt: when(value['analysedAt']),
        threadKey: keyOf(project['key'], branch['name']),
      },
      { deliveryKey: keyOf(value['taskId'], value['status']) },
    );
  },
};

/** `Coverage: 61 (error < 80)`. */
function conditionLine(condition: unknown): Line {
  const operator = pick(operators, at(condition, 'operator')) ?? text(at(condition, 'operator'));
  const measured = first(at(condition, 'value')) || 'no value';
  const limit = first(at(condition, 'errorThreshold'));
  const rule = limit === '' ? '' : ` (error ${operator} ${limit})`;
  return [text(at(condition, 'metric')), `${measured}${rule}`];
}
