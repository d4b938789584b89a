/**
 * GitLab's webhooks (docs.gitlab.com, "Webhook events"): `object_kind` tells the event. Times in UTC without RFC 3339's marks.
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, AlertState, HookRequest, Reading, Severity } from '../alert.ts';
import { severityOf } from '../severity.ts';
import {
  at,
  fields,
  first,
  firstLine,
  has,
  isFields,
  list,
  oneLine,
  text,
  when,
  type Fields,
  type Sketch,
} from '../sketch.ts';
import { asWords } from '../value.ts';
import { placed } from './forge.ts';
import { gitlabAlerts } from './gitlab-alerts.ts';

export const gitlab: Adapter = {
  name: 'gitlab',
  label: 'GitLab',
  read(request: HookRequest): Reading {
    const { value } = request;
    const header = request.header('x-gitlab-event');
    if (!isFields(value)) return undefined;
    const kind = first(value['object_kind'], value['event_name'], value['event_type']);
    const isMine =
      header === undefined
        ? typeof value['object_kind'] === 'string' && hasProject(value)
        : kind !== '' || hasProject(value);
    if (!isMine) return undefined;
    const place = first(
      at(value, 'project', 'path_with_namespace'),
      value['project_name'],
      at(value, 'repository', 'name'),
      at(value, 'group', 'full_path'),
      value['group_name'],
    );
    const told = entry(kinds, kind)?.(value) ?? other(value, kind || header || 'event');
    const isTest = /test/i.test(request.header('x-gitlab-webhook-test') ?? '');
    const page = first(
      at(value, 'project', 'web_url'),
      at(value, 'repository', 'homepage'),
      at(value, 'group', 'web_url'),
    );
    return placed('gitlab', isTest ? { ...told, state: 'test' } : told, {
      place,
      facts: [
        ['Project', place],
        ['By', first(at(value, 'user', 'name'), value['user_name'], at(value, 'user', 'username'))],
      ],
      links: [['Project', page]],
      deliveryKey: first(request.header('idempotency-key'), request.header('x-gitlab-event-uuid')),
    });
  },
};

function hasProject(value: Fields): boolean {
  return ['project', 'project_id', 'repository', 'group', 'group_id'].some((key) => has(value, key));
}

const outcomes: Readonly<Record<string, readonly [Severity, AlertState, string]>> = {
  success: ['ok', 'info', 'success'],
  failed: ['error', 'firing', 'failed'],
  canceled: ['warning', 'info', 'canceled'],
  skipped: ['info', 'info', 'skipped'],
};

function outcome(status: string): readonly [Severity, AlertState, string] {
  return entry(outcomes, status) ?? ['info', 'info', status.replaceAll('_', ' ')];
}

const kinds: Readonly<Record<string, (value: Fields) => Sketch>> = {
  ...gitlabAlerts,
  push,
  tag_push: push,
  pipeline: (value) => {
    const of = fields(value['object_attributes']);
    const [severity, state, word] = outcome(text(of['status']));
    const jobs = list(value['builds']).filter(
      (build) => text(at(build, 'status')) === 'failed' && at(build, 'allow_failure') !== true,
    );
    const project = text(at(value, 'project', 'web_url'));
    return {
      title: `pipeline ${first(of['name']) || `#${text(of['id'])}`} ${word} on ${text(of['ref'])}`,
      severity,
      state,
      summary: firstLine(text(at(value, 'commit', 'message'))),
      facts: [
        ['Status', of['status']],
        ['Branch', of['ref']],
        ['Failed jobs', jobs.map((build) => `${text(at(build, 'stage'))}: ${text(at(build, 'name'))}`)],
        ['Merge request', at(value, 'merge_request', 'title')],
        ['Source', of['source']],
        ['Duration', text(of['duration']) === '' ? '' : `${text(of['duration'])} s`],
        ['Commit', text(of['sha']).slice(0, 12)],
        ['Author', at(value, 'commit', 'author', 'name')],
      ],
      links: [
        // Older servers give no address of the pipeline, but the project's.
        ['Pipeline', of['url']],
        ['Project', project],
        ['Merge request', at(value, 'merge_request', 'url')],
        ['Commit', at(value, 'commit', 'url')],
      ],
      startedAt: when(of['created_at']),
      endedAt: when(of['finished_at']),
      threadKey: `pipeline:${text(of['ref'])}`,
    };
  },
  build: job,
  job,
  merge_request: (value) => topic(value, 'Merge request', '!'),
  issue: (value) => topic(value, 'Issue', '#'),
  work_item: (value) => topic(value, 'Work item', '#'),
  note: (value) => {
    const of = fields(value['object_attributes']);
    const on = fields(value['merge_request'] ?? value['issue'] ?? value['snippet'] ?? value['commit']);
    return {
      title: oneLine(
        `comment on ${text(of['noteable_type'])} ${first(on['title'], firstLine(text(on['message'])))}`,
      ),
      summary: of['note'],
      links: [['Comment', of['url']]],
    };
  },
  deployment: (value) => {
    const [severity, state, word] = outcome(text(value['status']));
    return {
      title: `deployment to ${text(value['environment'])} ${word}`,
      severity,
      state,
      summary: firstLine(text(value['commit_title'])),
      facts: [
        ['Environment', value['environment']],
        ['Status', value['status']],
        ['Reference', value['ref']],
        ['Commit', value['short_sha']],
      ],
      links: [
        ['Job', value['deployable_url']],
        ['Site', value['environment_external_url']],
        ['Commit', value['commit_url']],
      ],
      startedAt: when(value['status_changed_at']),
      threadKey: `deployment:${text(value['environment'])}`,
    };
  },
  release: (value) => ({
    title: `release ${first(value['name'], value['tag'])} ${past(text(value['action']))}`,
    summary: value['description'],
    facts: [['Tag', value['tag']]],
    links: [['Release', value['url']]],
    startedAt: when(value['released_at']),
  }),
  incident: (value) => ({
    ...topic(value, 'Incident', '#'),
    severity: severityOf(text(at(value, 'object_attributes', 'severity'))) ?? 'error',
  }),
  feature_flag: (value) => {
    const of = fields(value['object_attributes']);
    return {
      title: `feature flag ${text(of['name'])} switched ${of['active'] === true ? 'on' : 'off'}`,
      summary: of['description'],
    };
  },
  emoji: (value) => {
    const of = fields(value['object_attributes']);
    return {
      title: `emoji ${text(of['name'])} ${text(of['action']) === 'revoke' ? 'taken back' : 'given'} by ${text(at(value, 'user', 'name'))}`,
      summary: first(
        at(value, 'note', 'note'),
        at(value, 'issue', 'title'),
        at(value, 'merge_request', 'title'),
      ),
      links: [['Awarded on', of['awarded_on_url']]],
    };
  },
  milestone: (value) => ({
    ...topic(value, 'Milestone', '%'),
    facts: [['Due', at(value, 'object_attributes', 'due_date')]],
  }),
  wiki_page: (value) => ({
    title: `wiki page ${text(at(value, 'object_attributes', 'title'))} ${past(text(at(value, 'object_attributes', 'action')))}`,
    links: [['Page', at(value, 'object_attributes', 'url')]],
  }),
};

function push(value: Fields): Sketch {
  const ref = text(value['ref']);
  const name = ref.replace(/^refs\/(?:heads|tags)\//, '');
  const isTag = ref.startsWith('refs/tags/');
  const commits = list(value['commits']);
  const total = Number(value['total_commits_count'] ?? commits.length);
  const isGone = /^0+$/.test(text(value['after']));
  const isNew = /^0+$/.test(text(value['before']));
  const what = `${isTag ? 'tag' : 'branch'} ${name}`;
  const by = first(value['user_name'], value['user_username']);
  return {
    title: isGone
      ? `${what} deleted`
      : isNew && (isTag || total === 0)
        ? `${what} created`
        : `${total} ${total === 1 ? 'commit' : 'commits'} to ${name} by ${by}`,
    summary: commits
      .slice(0, 30)
      .map((commit) =>
        oneLine(
          `${text(at(commit, 'id')).slice(0, 8)} ${firstLine(text(at(commit, 'message')))} (${text(at(commit, 'author', 'name'))})`,
        ),
      )
      .join('\n'),
    facts: [[isTag ? 'Tag' : 'Branch', name]],
    links: [['Commit', at(commits.at(-1), 'url')]],
  };
}

function job(value: Fields): Sketch {
  const [severity, state, word] = outcome(text(value['build_status']));
  const name = text(value['build_name']);
  return {
    title: `job ${name} ${word} on ${text(value['ref'])}`,
    severity,
    state: state === 'firing' && value['build_allow_failure'] === true ? 'info' : state,
    summary: firstLine(text(at(value, 'commit', 'message'))),
    facts: [
      ['Status', value['build_status']],
      ['Stage', value['build_stage']],
      ['Branch', value['ref']],
      ['Reason', text(value['build_failure_reason']).replaceAll('_', ' ')],
      ['Duration', text(value['build_duration']) === '' ? '' : `${text(value['build_duration'])} s`],
      ['Runner', at(value, 'runner', 'description')],
    ],
    links: [['Job', jobPage(value)]],
    startedAt: when(value['build_started_at']),
    endedAt: when(value['build_finished_at']),
    threadKey: `job:${name}:${text(value['ref'])}`,
  };
}

function jobPage(value: Fields): string {
  const project = first(at(value, 'project', 'web_url'), at(value, 'repository', 'homepage'));
  return project === '' ? '' : `${project}/-/jobs/${text(value['build_id'])}`;
}

function topic(value: Fields, word: string, mark: string): Sketch {
  const of = fields(value['object_attributes']);
  return {
    title: `${word} ${mark}${text(of['iid'])} ${past(text(of['action']) || text(of['state']))}: ${text(of['title'])}`,
    summary: of['description'],
    facts: [
      ['State', of['state']],
      [
        'Branches',
        has(of, 'source_branch') ? `${text(of['source_branch'])} → ${text(of['target_branch'])}` : '',
      ],
      ['Labels', list(value['labels']).map((label) => at(label, 'title'))],
      ['Assigned to', list(value['assignees']).map((person) => at(person, 'name'))],
      ['Reviewers', list(value['reviewers']).map((person) => at(person, 'name'))],
    ],
    links: [[word, of['url']]],
    startedAt: when(of['created_at']),
    threadKey: `${mark}${text(of['iid'])}`,
  };
}

function past(action: string): string {
  const words: Readonly<Record<string, string>> = {
    open: 'opened',
    close: 'closed',
    reopen: 'reopened',
    update: 'updated',
    merge: 'merged',
    create: 'created',
    delete: 'deleted',
  };
  return entry(words, action) ?? action;
}

/** The rest, system hooks among it: the plain fields tell it. */
function other(value: Fields, kind: string): Sketch {
  const action = text(value['action']);
  return {
    title: [
      asWords(kind),
      action,
      first(
        value['name'],
        value['user_name'],
        value['username'],
        value['user_username'],
        at(value, 'object_attributes', 'name'),
      ),
    ]
      .filter(Boolean)
      .join(' '),
    severity: kind === 'user_failed_login' ? 'warning' : 'info',
    summary: first(at(value, 'object_attributes', 'title'), at(value, 'object_attributes', 'description')),
    facts: [
      ['Event', kind],
      ...Object.entries(value)
        .filter(
          ([key, field]) =>
            text(field) !== '' && !/^(?:event_name|object_kind|event_type|key)$|(?:^|_)id$|_at$/.test(key),
        )
        .slice(0, 30)
        .map(([key, field]) => [asWords(key), field] as const),
    ],
    links: [[asWords(kind), at(value, 'object_attributes', 'url')]],
    startedAt: when(value['updated_at'] ?? value['created_at']),
  };
}
