/** Jenkins: the Notification plugin's JSON (plugins.jenkins.io/notification), and Outbound WebHook's like it. */
import { entry } from '../../platform/entry.ts';
import type { Adapter, AlertState, HookRequest, Reading, Severity } from '../alert.ts';
import { at, fields, first, has, isFields, list, one, text, when } from '../sketch.ts';

const statuses: Readonly<Record<string, readonly [Severity, AlertState, string]>> = {
  SUCCESS: ['ok', 'info', 'succeeded'],
  FAILURE: ['error', 'firing', 'failed'],
  UNSTABLE: ['warning', 'firing', 'is unstable'],
  ABORTED: ['warning', 'info', 'was aborted'],
  NOT_BUILT: ['info', 'info', 'was not built'],
};

export const jenkins: Adapter = {
  name: 'jenkins',
  label: 'Jenkins',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!isFields(value)) return undefined;
    const build = isFields(value['build']) ? value['build'] : value;
    const isPlugin = has(value, 'build') && has(build, 'number', 'phase');
    const isOutbound = has(value, 'buildName', 'buildUrl') && has(value, 'event');
    if (!isPlugin && !isOutbound) return undefined;
    const name =
      first(value['display_name'], value['name'], value['projectName'], value['buildName']) || 'build';
    const number = first(build['number']);
    const phase = first(build['phase'], value['event']);
    const status = first(build['status'], value['event']).toUpperCase();
    const [severity, state, verb] = entry(statuses, status) ?? ['info', 'info', phase.toLowerCase()];
    const scm = fields(build['scm']);
    return one('jenkins', {
      title: `${name}${number === '' || name.includes(`#${number}`) ? '' : ` #${number}`} ${verb}`,
      severity,
      state,
      summary: first(build['notes'], build['log']),
      facts: [
        ['Status', first(build['status'])],
        ['Phase', phase],
        ['Branch', scm['branch']],
        ['Commit', text(scm['commit']).slice(0, 12)],
        ['Changes', scm['changes']],
        ['Culprits', scm['culprits']],
        [
          'Failed tests',
          Number(at(build, 'test_summary', 'failed')) > 0
            ? `${text(at(build, 'test_summary', 'failed'))} of ${text(at(build, 'test_summary', 'total'))}`
            : '',
        ],
        [
          'Failing',
          list(at(build, 'test_summary', 'failed_tests'))
            .slice(0, 30)
            .map((failing) => text(at(failing, 'name')) || text(failing)),
        ],
        [
          'Duration',
          Number(build['duration']) > 0 ? `${Math.round(Number(build['duration']) / 1000)} s` : '',
        ],
        ['Parameters', build['parameters']],
        ['Job', value['name']],
      ],
      links: [
        ['Build', first(build['full_url'], value['buildUrl'])],
        // Without the address of Jenkins the plugin gives paths only.
        ['Build', /^https?:/.test(text(build['url'])) ? build['url'] : ''],
      ],
      startedAt: when(build['timestamp']),
      threadKey: `${first(value['name'], value['projectName'], value['buildName'])}:${text(scm['branch'])}`,
    });
  },
};
