/**
 * Gitea, Forgejo and Gogs (docs.gitea.com, "Webhooks"): bodies close to GitHub's, told apart by headers, or by the repository's own
 * fields.
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, fields, first, has, isFields, text, type Fields, type Sketch } from '../sketch.ts';
import { asWords } from '../value.ts';
import { placed } from './forge.ts';
import { githubEvents } from './github-events.ts';
import { githubRuns } from './github-runs.ts';

const names: Readonly<Record<string, string>> = {
  pull_request_approved: 'pull_request_review',
  pull_request_rejected: 'pull_request_review',
  pull_request_comment: 'issue_comment',
  pull_request_sync: 'pull_request',
  pull_request_review_request: 'pull_request',
  issue_assign: 'issues',
  issue_label: 'issues',
  issue_milestone: 'issues',
  pull_request_assign: 'pull_request',
  pull_request_label: 'pull_request',
  pull_request_milestone: 'pull_request',
};

export const gitea: Adapter = {
  name: 'gitea',
  label: 'Gitea, Forgejo',
  read(request: HookRequest): Reading {
    const { value } = request;
    const header = (suffix: string): string | undefined =>
      ['forgejo', 'gitea', 'gogs']
        .map((sender) => request.header(`x-${sender}-${suffix}`))
        .find((found) => found !== undefined);
    const named = header('event');
    const repository = fields(at(value, 'repository'));
    const isMine =
      named !== undefined ||
      (has(repository, 'full_name', 'html_url', 'clone_url') &&
        (has(repository, 'internal') || has(repository, 'has_actions') || has(repository, 'original_url')) &&
        !has(repository, 'node_id'));
    if (!isFields(value) || !isMine || !(has(value, 'repository') || has(value, 'sender'))) return undefined;
    const event = named ?? guess(value);
    const known = entry(names, event) ?? event;
    const told = entry(events, known)?.(value) ?? {
      title: [asWords(event), text(value['action'])].join(' ').trim(),
    };
    const place = text(repository['full_name']);
    const sender = fields(value['sender']);
    return placed('gitea', told, {
      place,
      facts: [
        ['Repository', place],
        ['By', first(sender['full_name'], sender['login'], sender['username'])],
      ],
      links: [['Repository', repository['html_url']]],
      deliveryKey: header('delivery'),
    });
  },
};

const events: Readonly<Record<string, (body: Fields) => Sketch>> = {
  ...githubRuns,
  ...githubEvents,
  // A comment on a pull request has the issue it is as well.
  push: (body) => {
    const told = githubEvents['push']?.(body) ?? { title: 'push' };
    const total = Number(body['total_commits']);
    return {
      ...told,
      links: [['Compare', first(body['compare_url'], body['compare'])], ...(told.links ?? [])],
      title: total > 50 ? told.title.replace(/^\d+ commits/, `${total} commits`) : told.title,
    };
  },
  action_run_failure: (body) => run(body, 'failed'),
  action_run_recover: (body) => run(body, 'recovered'),
  action_run_success: (body) => run(body, 'succeeded'),
};

/** Forgejo's events of a run of actions. */
function run(body: Fields, verb: string): Sketch {
  const of = fields(body['run'] ?? body['action_run']);
  return {
    title: `${first(of['title'], of['workflow_id']) || 'action run'} ${verb}`,
    severity: verb === 'failed' ? 'error' : 'ok',
    state: verb === 'failed' ? 'firing' : verb === 'recovered' ? 'resolved' : 'info',
    facts: [
      ['Workflow', of['workflow_id']],
      ['Branch', of['prettyref']],
      ['Run', of['index_in_repo']],
    ],
    links: [['Run', of['html_url']]],
    threadKey: `run:${text(of['workflow_id'])}:${text(of['prettyref'])}`,
  };
}

function guess(value: Fields): string {
  if (isFields(value['pull_request'])) return 'pull_request';
  if (isFields(value['issue'])) return isFields(value['comment']) ? 'issue_comment' : 'issues';
  const found = ['release', 'package', 'workflow_run', 'workflow_job'].find((key) => isFields(value[key]));
  return found ?? (has(value, 'before', 'after') ? 'push' : 'event');
}
