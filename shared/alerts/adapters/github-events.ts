/** GitHub's events of people: pushes, issues, pull requests, releases, and what happens to a repository. */
import {
  at,
  fields,
  first,
  firstLine,
  list,
  oneLine,
  text,
  when,
  type Fields,
  type Sketch,
} from '../sketch.ts';

export const githubEvents: Readonly<Record<string, (body: Fields) => Sketch>> = {
  ping: (body) => ({
    title: 'GitHub ping',
    state: 'test',
    severity: 'info',
    summary: body['zen'],
    facts: [
      ['Hook', body['hook_id']],
      ['Events', at(body, 'hook', 'events')],
    ],
  }),
  push,
  create: (body) => ({
    title: `${text(body['ref_type'])} ${text(body['ref'])} created`,
    facts: [['Reference', body['ref']]],
  }),
  delete: (body) => ({
    title: `${text(body['ref_type'])} ${text(body['ref'])} deleted`,
    facts: [['Reference', body['ref']]],
  }),
  issues: (body) => topic(body, 'issue', 'Issue'),
  issue_comment: (body) => commented(body, 'issue'),
  pull_request: (body) => topic(body, 'pull_request', 'Pull request'),
  pull_request_review: reviewed,
  pull_request_review_comment: (body) => commented(body, 'pull_request'),
  commit_comment: (body) => ({
    title: `comment on commit ${text(at(body, 'comment', 'commit_id')).slice(0, 7)}`,
    summary: at(body, 'comment', 'body'),
    links: [['Comment', at(body, 'comment', 'html_url')]],
  }),
  discussion: (body) => topic(body, 'discussion', 'Discussion'),
  discussion_comment: (body) => commented(body, 'discussion'),
  release: (body) => {
    const release = fields(body['release']);
    return {
      title: `${release['prerelease'] === true ? 'prerelease' : 'release'} ${first(release['name'], release['tag_name'])} ${text(body['action'])}`,
      summary: release['body'],
      facts: [
        ['Tag', release['tag_name']],
        ['Branch', release['target_commitish']],
        ['Author', at(release, 'author', 'login')],
        ['Files', list(release['assets']).map((asset) => at(asset, 'name'))],
      ],
      links: [['Release', release['html_url']]],
      startedAt: when(release['published_at']),
    };
  },
  package: published,
  registry_package: published,
  star: (body) => ({
    title: `${text(body['action']) === 'deleted' ? 'star removed' : 'starred'} by ${text(at(body, 'sender', 'login'))}`,
  }),
  // The star of old, whatever its name says.
  watch: (body) => ({ title: `starred by ${text(at(body, 'sender', 'login'))}` }),
  installation: installed,
  installation_repositories: installed,
  workflow_dispatch: (body) => ({
    title: `workflow ${text(body['workflow']).split('/').at(-1) ?? ''} started by hand on ${branchOf(body)}`,
    facts: Object.entries(fields(body['inputs'])).slice(0, 20),
  }),
  marketplace_purchase: (body) => {
    const of = fields(body['marketplace_purchase']);
    return {
      title: `Marketplace plan ${text(at(of, 'plan', 'name'))} ${text(body['action']).replaceAll('_', ' ')} by ${text(at(of, 'account', 'login'))}`,
    };
  },
  sponsorship: (body) => {
    const of = fields(body['sponsorship']);
    return {
      title: `sponsorship ${text(body['action']).replaceAll('_', ' ')}: ${text(at(of, 'sponsor', 'login'))}, ${text(at(of, 'tier', 'name'))}`,
    };
  },
  gollum: (body) => {
    const pages = list(body['pages']);
    return {
      title: `wiki ${pages.length === 1 ? 'page' : 'pages'} ${pages.map((page) => `${first(at(page, 'title'), at(page, 'page_name'))} ${text(at(page, 'action'))}`).join(', ')}`,
      summary: pages
        .map((page) => text(at(page, 'summary')))
        .filter(Boolean)
        .join('\n'),
      links: pages.map((page) => [first(at(page, 'title')) || 'Page', at(page, 'html_url')]),
    };
  },
  fork: (body) => ({
    title: `forked to ${text(at(body, 'forkee', 'full_name'))}`,
    links: [['Fork', at(body, 'forkee', 'html_url')]],
  }),
  repository: (body) => ({
    title: `repository ${text(body['action'])}`,
    severity: text(body['action']) === 'deleted' ? 'warning' : 'info',
  }),
  public: () => ({ title: 'repository made public', severity: 'warning' }),
  member: (body) => ({
    title: `${text(at(body, 'member', 'login'))} ${text(body['action'])} as collaborator`,
  }),
  organization: (body) => ({
    title: `${first(at(body, 'membership', 'user', 'login'), at(body, 'invitation', 'login'))} ${text(body['action']).replaceAll('_', ' ')}`,
  }),
};

const branchOf = (body: Fields): string => text(body['ref']).replace(/^refs\/(?:heads|tags)\//, '');

/** An app on an account: installed, removed, suspended, or given other repositories. */
function installed(body: Fields): Sketch {
  const of = fields(body['installation']);
  const names = (key: string) =>
    list(body[key])
      .slice(0, 30)
      .map((one) => at(one, 'full_name'));
  return {
    title: `app ${first(of['app_slug'], of['app_id'])} ${text(body['action'])
      .replaceAll('_', ' ')
      .replace(/suspend$/, 'suspended')} on ${first(at(of, 'account', 'login'))}`,
    facts: [
      ['Repositories', names('repositories')],
      ['Added', names('repositories_added')],
      ['Removed', names('repositories_removed')],
      [
        'Permissions',
        Object.entries(fields(of['permissions']))
          .slice(0, 40)
          .map(([name, right]) => `${name}: ${text(right)}`),
      ],
    ],
    links: [['Installation', of['html_url']]],
  };
}

function push(body: Fields): Sketch {
  const ref = text(body['ref']);
  const name = branchOf(body);
  const kind = ref.startsWith('refs/tags/') ? 'tag' : 'branch';
  const commits = list(body['commits']);
  const by = first(at(body, 'pusher', 'name'), at(body, 'sender', 'login'));
  const happened =
    body['deleted'] === true ? 'deleted' : body['created'] === true && commits.length === 0 ? 'created' : '';
  const count = `${commits.length} ${commits.length === 1 ? 'commit' : 'commits'}`;
  return {
    title:
      happened === ''
        ? `${count} ${body['forced'] === true ? 'forced ' : ''}to ${name} by ${by}`
        : `${kind} ${name} ${happened}`,
    summary: commits.slice(0, 30).map(commit).join('\n'),
    facts: [
      [kind === 'tag' ? 'Tag' : 'Branch', name],
      ['Commit', text(body['after']).startsWith('0000000') ? '' : text(body['after']).slice(0, 12)],
      ['Pushed by', by],
      ['Forced', body['forced'] === true ? 'yes' : ''],
    ],
    links: [
      ['Compare', body['compare']],
      ['Commit', at(body, 'head_commit', 'url')],
    ],
    startedAt: when(at(body, 'head_commit', 'timestamp')),
  };
}

function commit(value: unknown): string {
  const author = first(at(value, 'author', 'name'), at(value, 'author', 'username'));
  return oneLine(
    `${text(at(value, 'id')).slice(0, 7)} ${firstLine(text(at(value, 'message')))}${author === '' ? '' : ` (${author})`}`,
  );
}

function topic(body: Fields, key: string, word: string): Sketch {
  const of = fields(body[key]);
  const action = text(body['action']);
  const merged = key === 'pull_request' && action === 'closed' && of['merged'] === true;
  return {
    title: `${word} #${text(of['number'])} ${merged ? 'merged' : action.replaceAll('_', ' ')}: ${text(of['title'])}`,
    summary: of['body'],
    facts: [
      ['Author', at(of, 'user', 'login')],
      ['State', merged ? 'merged' : of['state']],
      ['Labels', list(of['labels']).map((label) => at(label, 'name'))],
      ['Label', action.includes('label') ? at(body, 'label', 'name') : ''],
      ['Assigned to', list(of['assignees']).map((person) => at(person, 'login'))],
      ['Milestone', at(of, 'milestone', 'title')],
      [
        'Branches',
        key === 'pull_request' ? `${text(at(of, 'head', 'ref'))} → ${text(at(of, 'base', 'ref'))}` : '',
      ],
      ['Draft', of['draft'] === true ? 'yes' : ''],
    ],
    links: [[word, of['html_url']]],
    startedAt: when(of['created_at']),
    endedAt: when(of['closed_at']),
    threadKey: `#${text(of['number'])}`,
  };
}

function commented(body: Fields, key: string): Sketch {
  const of = fields(body[key]);
  const comment = fields(body['comment']);
  const action = text(body['action']) === 'created' ? '' : ` ${text(body['action'])}`;
  return {
    title: `comment${action} on #${text(of['number'])}: ${text(of['title'])}`,
    summary: comment['body'],
    facts: [
      ['Comment by', at(comment, 'user', 'login')],
      ['File', comment['path']],
    ],
    links: [['Comment', comment['html_url']]],
    threadKey: `#${text(of['number'])}`,
  };
}

function reviewed(body: Fields): Sketch {
  const of = fields(body['pull_request']);
  const state = text(at(body, 'review', 'state'))
    .replaceAll('_', ' ')
    .toLowerCase();
  return {
    title: `review ${state} on #${text(of['number'])}: ${text(of['title'])}`,
    severity: state === 'changes requested' ? 'warning' : state === 'approved' ? 'ok' : 'info',
    summary: at(body, 'review', 'body'),
    facts: [['Review by', at(body, 'review', 'user', 'login')]],
    links: [['Review', at(body, 'review', 'html_url')]],
    threadKey: `#${text(of['number'])}`,
  };
}

function published(body: Fields): Sketch {
  const of = fields(body['package'] ?? body['registry_package']);
  return {
    title: `package ${text(of['name'])} ${text(at(of, 'package_version', 'version'))} ${text(body['action'])}`,
    facts: [['Ecosystem', first(of['ecosystem'], of['package_type'])]],
    links: [['Package', of['html_url']]],
  };
}
