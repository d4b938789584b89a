/** TeamCity: its own webhooks (jetbrains.com/help/teamcity, "Webhooks"), and the plugin tcWebHooks with the build's fields in `build`. */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, fields, first, has, isFields, one, text, when } from '../sketch.ts';

export const teamcity: Adapter = {
  name: 'teamcity',
  label: 'TeamCity',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!isFields(value)) return undefined;
    const build = fields(value['payload'] ?? value['build']);
    const event = first(value['eventType'], build['notifyType'], build['buildEvent']);
    const isOwn = isFields(value['payload']) && /^(?:BUILD|AGENT|CHANGE)_/.test(event);
    const isPlugin =
      isFields(value['build']) &&
      (has(build, 'buildTypeId') || has(build, 'buildFullName')) &&
      has(build, 'buildStatus');
    if (!isOwn && !isPlugin) return undefined;
    if (event.startsWith('AGENT_')) {
      const isLost = /UNREGISTERED|REMOVED|DISABLED/.test(event);
      return one('teamcity', {
        title: `agent ${text(build['name'])} ${event.slice('AGENT_'.length).toLowerCase().replaceAll('_', ' ')}`,
        severity: isLost ? 'warning' : 'info',
        state: 'info',
        links: [['Agent', build['webUrl']]],
      });
    }
    const type = fields(build['buildType']);
    const name =
      first(type['name'], build['buildName'], build['buildFullName'], build['buildTypeId']) || 'build';
    const project = first(type['projectName'], build['projectName']);
    const number = first(build['number'], build['buildNumber']);
    const status = first(build['status'], build['buildResult'], build['buildStatus']).toUpperCase();
    const finished =
      /FINISHED|buildFinished|INTERRUPTED/i.test(event) || first(build['state']) === 'finished';
    const failed = /FAIL|ERROR/.test(status);
    const succeeded = finished && /SUCCESS/.test(status);
    const branch = first(build['branchName'], build['branchDisplayName']);
    return one('teamcity', {
      title: `${project === '' ? '' : `${project} / `}${name} #${number} ${
        failed
          ? 'failed'
          : succeeded
            ? 'succeeded'
            : event
                .replace(/^BUILD_/, '')
                .toLowerCase()
                .replaceAll('_', ' ')
      }`,
      severity: failed ? 'error' : succeeded ? 'ok' : 'info',
      state: failed ? 'firing' : 'info',
      summary: first(build['statusText'], build['message'], build['text']),
      facts: [
        ['Status', status],
        ['Branch', branch],
        ['Agent', first(at(build, 'agent', 'name'), build['agentName'])],
        ['Started by', first(at(build, 'triggered', 'user', 'name'), build['triggeredBy'])],
        ['Build type', first(build['buildTypeId'])],
      ],
      links: [['Build', first(build['webUrl'], build['buildStatusUrl'])]],
      startedAt: when(build['startDate']),
      endedAt: when(build['finishDate']),
      threadKey: `${first(build['buildTypeId'], name)}:${branch}`,
    });
  },
};
