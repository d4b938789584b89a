/**
 * Azure DevOps' service hooks (learn.microsoft.com, "Service hooks events"): `publisherId` and `eventType`, with sentences that are
 * ready to be read in `message` and `detailedMessage`.
 */
import type { Adapter, AlertState, HookRequest, Reading, Severity } from '../alert.ts';
import { plainMarkdown } from '../markup.ts';
import { at, fields, first, firstLine, isFields, list, one, text, when, type Fields } from '../sketch.ts';

export const azureDevops: Adapter = {
  name: 'azure-devops',
  label: 'Azure DevOps',
  read(request: HookRequest): Reading {
    const { value } = request;
    const type = text(at(value, 'eventType'));
    if (
      !isFields(value) ||
      !/^[a-z-]+(?:\.[\w-]+)+$/i.test(type) ||
      text(value['publisherId']) === '' ||
      !isFields(value['resource'])
    ) {
      return undefined;
    }
    const resource = fields(value['resource']);
    const message = plainMarkdown(first(at(value, 'message', 'markdown'), at(value, 'message', 'text')));
    const detail = plainMarkdown(
      first(at(value, 'detailedMessage', 'markdown'), at(value, 'detailedMessage', 'text')),
    );
    const [severity, state] = outcome(type, resource);
    const written = firstLine(first(at(value, 'message', 'text'), message.text)) || type;
    const about = type.startsWith('git.pullrequest')
      ? first(resource['title'], at(resource, 'pullRequest', 'title'))
      : '';
    const title = about === '' || written.includes(about) ? written : `${written}: ${about}`;
    const run = fields(resource['run'] ?? resource['deployment'] ?? resource['stage']);
    return one(
      'azure-devops',
      {
        title,
        severity,
        // The portal's "Test" button sends a sample of Fabrikam's under this id.
        state: value['subscriptionId'] === '00000000-0000-0000-0000-000000000000' ? 'test' : state,
        summary: detail.text || message.text,
        facts: [
          [
            'Status',
            first(
              resource['status'],
              resource['result'],
              run['result'],
              run['state'],
              at(resource, 'environment', 'status'),
            ),
          ],
          ['Reason', resource['reason']],
          [
            'Definition',
            first(
              at(resource, 'definition', 'name'),
              at(resource, 'pipeline', 'name'),
              at(run, 'releaseDefinition', 'name'),
            ),
          ],
          ['Branch', text(resource['sourceBranch']).replace('refs/heads/', '')],
          ['Environment', at(resource, 'environment', 'name')],
          [
            'Project',
            first(
              at(resource, 'project', 'name'),
              at(resource, 'teamProject'),
              at(resource, 'repository', 'project', 'name'),
              at(resource, 'fields', 'System.TeamProject'),
            ),
          ],
          ['Repository', at(resource, 'repository', 'name')],
          [
            'Branches',
            text(resource['sourceRefName']) === ''
              ? ''
              : `${branch(resource['sourceRefName'])} → ${branch(resource['targetRefName'])}`,
          ],
          ...workItem(resource),
          [
            'By',
            first(
              at(resource, 'createdBy', 'displayName'),
              at(resource, 'lastChangedBy', 'displayName'),
              at(resource, 'pushedBy', 'displayName'),
              at(list(resource['requests'])[0], 'requestedFor', 'displayName'),
            ),
          ],
          ['Event', type],
        ],
        links: [
          [
            'Open',
            page([
              at(resource, '_links', 'web', 'href'),
              at(resource, '_links', 'html', 'href'),
              at(run, '_links', 'web', 'href'),
              detail.links[0]?.url,
              message.links[0]?.url,
            ]),
          ],
          ...detail.links.map((link) => [link.label, link.url] as const),
        ],
        startedAt: when(
          resource['startTime'] ?? run['createdDate'] ?? resource['createdDate'] ?? value['createdDate'],
        ),
        endedAt: when(resource['finishTime'] ?? run['finishedDate']),
        threadKey: thread(type, resource),
      },
      { deliveryKey: text(value['id']) || undefined },
    );
  },
};

/** The first that is for people: some links that are called "web" lead into the API. */
function page(candidates: readonly unknown[]): string {
  const urls = candidates.map(text).filter(Boolean);
  return urls.find((url) => !url.includes('/_apis/')) ?? urls[0] ?? '';
}

function branch(name: unknown): string {
  return text(name).replace('refs/heads/', '');
}

function outcome(type: string, resource: Fields): readonly [Severity, AlertState] {
  if (!/^(?:build|ms\.vss-release|ms\.vss-pipelines|git\.pullrequest\.merged)/.test(type))
    return ['info', 'info'];
  const word = [
    resource['result'],
    resource['status'],
    at(resource, 'run', 'result'),
    at(resource, 'stage', 'result'),
    at(resource, 'job', 'result'),
    at(resource, 'environment', 'status'),
    at(resource, 'mergeStatus'),
  ]
    .map((part) => text(part).toLowerCase())
    .join(' ');
  if (/\b(?:failed|rejected|conflicts|failure)\b/.test(word)) return ['error', 'firing'];
  if (/\b(?:partiallysucceeded|succeededwithissues)\b/.test(word)) return ['warning', 'firing'];
  if (/\b(?:succeeded)\b/.test(word)) return ['ok', 'info'];
  return [/\b(?:canceled|stopped|abandoned)\b/.test(word) ? 'warning' : 'info', 'info'];
}

/** The fields of a work item; those that changed have both values. */
function workItem(resource: Fields): readonly (readonly [string, unknown])[] {
  const all = fields(resource['fields'] ?? at(resource, 'revision', 'fields'));
  return Object.entries(all)
    .filter(([key]) =>
      /^(?:System\.(?:Title|State|AssignedTo|WorkItemType|AreaPath|IterationPath|Reason)|Microsoft\.VSTS\.Common\.(?:Severity|Priority))$/.test(
        key,
      ),
    )
    .map(([key, value]) => [
      key.slice(key.lastIndexOf('.') + 1),
      isFields(value) && 'newValue' in value
        ? `${said(value['oldValue'])} → ${said(value['newValue'])}`
        : said(value),
    ]);
}

function said(value: unknown): string {
  return isFields(value) ? text(value['displayName']) : text(value);
}

function thread(type: string, resource: Fields): string | undefined {
  if (type.startsWith('build'))
    return `build:${text(at(resource, 'definition', 'id'))}:${text(resource['sourceBranch'])}`;
  if (type.startsWith('git.pullrequest'))
    return `pull-request:${text(resource['pullRequestId'] ?? at(resource, 'pullRequest', 'pullRequestId'))}`;
  if (type.startsWith('workitem')) return `work-item:${text(resource['workItemId'] ?? resource['id'])}`;
  if (type.startsWith('ms.vss-pipelines')) return `pipeline:${text(at(resource, 'pipeline', 'id'))}`;
  const release = text(at(resource, 'environment', 'releaseDefinition', 'id'));
  return release === '' ? undefined : `release:${release}:${text(at(resource, 'environment', 'name'))}`;
}
