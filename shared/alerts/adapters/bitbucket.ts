/** Bitbucket Cloud and Data Center (support.atlassian.com, "Event payloads"): the event is named by `X-Event-Key`, or by `eventKey`. */
import { entry } from '../../platform/entry.ts';
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import {
  at,
  fields,
  first,
  firstLine,
  has,
  isFields,
  list,
  one,
  oneLine,
  text,
  when,
  type Fields,
  type Sketch,
} from '../sketch.ts';
import { placed } from './forge.ts';

export const bitbucket: Adapter = {
  name: 'bitbucket',
  label: 'Bitbucket',
  read(request: HookRequest): Reading {
    const { value } = request;
    const key = first(request.header('x-event-key'), at(value, 'eventKey'));
    if (!isFields(value)) return undefined;
    if (value['test'] === true && key === 'diagnostics:ping')
      return one('bitbucket', { title: 'Bitbucket test', state: 'test', severity: 'info' });
    const pull = value['pullrequest'] ?? value['pullRequest'];
    const repository = fields(value['repository'] ?? at(pull, 'toRef', 'repository'));
    if (
      !/^(?:repo|pullrequest|pr|issue|project|mirror):/.test(key) ||
      !(isFields(pull) || has(value, 'repository') || has(value, 'actor'))
    ) {
      return undefined;
    }
    const place = first(
      repository['full_name'],
      [text(at(repository, 'project', 'key')), text(repository['slug'])].filter(Boolean).join('/'),
      repository['name'],
    );
    const told = isFields(pull)
      ? pullRequest(value, pull, key)
      : isFields(value['issue'])
        ? issue(value, key)
        : isFields(value['commit_status'])
          ? status(value)
          : changes(value, key);
    const actor = fields(value['actor']);
    return placed('bitbucket', told, {
      place,
      facts: [
        ['Repository', place],
        ['By', first(actor['display_name'], actor['displayName'], actor['nickname'], actor['name'])],
        ['Event', key],
      ],
      links: [['Repository', page(repository)]],
      deliveryKey: first(request.header('x-request-uuid'), request.header('x-request-id')),
    });
  },
};

const ends: Readonly<Record<string, string>> = { fulfilled: 'merged', rejected: 'declined' };

const builds: Readonly<Record<string, string>> = {
  SUCCESSFUL: 'succeeded',
  FAILED: 'failed',
  INPROGRESS: 'started',
  STOPPED: 'stopped',
};

function page(of: unknown): string {
  return first(at(of, 'links', 'html', 'href'), at(list(at(of, 'links', 'self'))[0], 'href'));
}

function words(key: string): string {
  return key.slice(key.indexOf(':') + 1).replaceAll(/[:_]/g, ' ');
}

function pullRequest(value: Fields, pull: Fields, key: string): Sketch {
  const verb = entry(ends, words(key)) ?? words(key);
  return {
    title: `Pull request #${text(pull['id'])} ${verb}: ${text(pull['title'])}`,
    severity: /changes request|needs work/.test(verb) ? 'warning' : 'info',
    summary: first(at(value, 'comment', 'content', 'raw'), at(value, 'comment', 'text'), pull['description']),
    facts: [
      ['Author', first(at(pull, 'author', 'display_name'), at(pull, 'author', 'user', 'displayName'))],
      [
        'Branches',
        `${first(at(pull, 'source', 'branch', 'name'), at(pull, 'fromRef', 'displayId'))} → ${first(at(pull, 'destination', 'branch', 'name'), at(pull, 'toRef', 'displayId'))}`,
      ],
      ['State', pull['state']],
    ],
    links: [['Pull request', page(pull)]],
    threadKey: `#${text(pull['id'])}`,
  };
}

function issue(value: Fields, key: string): Sketch {
  const of = fields(value['issue']);
  return {
    title: `Issue #${text(of['id'])} ${words(key)}: ${text(of['title'])}`,
    summary: first(at(value, 'comment', 'content', 'raw'), at(of, 'content', 'raw')),
    facts: [
      ['State', of['state']],
      ['Priority', of['priority']],
      ['Kind', of['kind']],
    ],
    links: [['Issue', page(of)]],
    threadKey: `issue#${text(of['id'])}`,
  };
}

function status(value: Fields): Sketch {
  const of = fields(value['commit_status']);
  const state = text(of['state']);
  const failed = state === 'FAILED';
  const branch = text(of['refname']);
  return {
    title: `${first(of['name'], of['key'])} ${entry(builds, state) ?? state}${branch === '' ? '' : ` on ${branch}`}`,
    severity: failed ? 'error' : state === 'SUCCESSFUL' ? 'ok' : 'info',
    state: failed ? 'firing' : 'info',
    summary: of['description'],
    facts: [
      ['State', state],
      ['Branch', branch],
    ],
    links: [['Build', of['url']]],
    startedAt: when(of['created_on']),
    threadKey: `status:${text(of['key'])}:${branch}`,
  };
}

function changes(value: Fields, key: string): Sketch {
  const all = list(at(value, 'push', 'changes'))
    .concat(list(value['changes']))
    .slice(0, 50);
  const [change] = all;
  const name = first(at(change, 'new', 'name'), at(change, 'old', 'name'), at(change, 'ref', 'displayId'));
  const kind =
    first(
      at(change, 'new', 'type'),
      at(change, 'old', 'type'),
      text(at(change, 'ref', 'type')).toLowerCase(),
    ) || 'branch';
  const commits = list(at(change, 'commits'));
  const gone = at(change, 'closed') === true || at(change, 'type') === 'DELETE';
  const by = first(at(value, 'actor', 'display_name'), at(value, 'actor', 'displayName'));
  return {
    title:
      change === undefined
        ? words(key)
        : gone
          ? `${kind} ${name} deleted`
          : commits.length > 0
            ? `${commits.length} ${commits.length === 1 ? 'commit' : 'commits'} to ${name} by ${by}`
            : `push to ${name} by ${by}`,
    summary:
      first(at(value, 'comment', 'content', 'raw'), at(value, 'comment', 'text')) ||
      commits
        .map((commit) =>
          oneLine(`${text(at(commit, 'hash')).slice(0, 7)} ${firstLine(text(at(commit, 'message')))}`),
        )
        .join('\n'),
    facts: [
      [
        kind === 'tag' ? 'Tag' : 'Branch',
        all.map((each) =>
          first(at(each, 'new', 'name'), at(each, 'old', 'name'), at(each, 'ref', 'displayId')),
        ),
      ],
    ],
    links: [
      ['Compare', at(change, 'links', 'html', 'href')],
      ['Commit', at(change, 'new', 'target', 'links', 'html', 'href')],
    ],
    startedAt: when(value['date']),
  };
}
