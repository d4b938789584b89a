/** GitHub's events of machines: workflows, checks, deployments and commit statuses. What failed begins, what succeeds ends nothing. */
import { entry } from '../../platform/entry.ts';
import type { AlertState, Severity } from '../alert.ts';
import { at, fields, first, firstLine, list, text, when, type Fields, type Sketch } from '../sketch.ts';

const conclusions: Readonly<Record<string, readonly [Severity, AlertState, string]>> = {
  success: ['ok', 'info', 'succeeded'],
  failure: ['error', 'firing', 'failed'],
  error: ['error', 'firing', 'failed'],
  timed_out: ['error', 'firing', 'timed out'],
  startup_failure: ['error', 'firing', 'failed to start'],
  action_required: ['warning', 'firing', 'needs an action'],
  cancelled: ['warning', 'info', 'was cancelled'],
  stale: ['warning', 'info', 'went stale'],
  skipped: ['info', 'info', 'was skipped'],
  neutral: ['info', 'info', 'ended neutral'],
  inactive: ['info', 'info', 'is inactive'],
};

/** Severity, state and verb of a conclusion; of a status where nothing is concluded yet. */
function outcome(conclusion: unknown, status: unknown): readonly [Severity, AlertState, string] {
  const word = text(conclusion);
  const found = entry(conclusions, word);
  return found ?? ['info', 'info', first(word, status).replaceAll('_', ' ') || 'changed'];
}

function run(key: string): (body: Fields) => Sketch {
  return (body) => {
    const of = fields(body[key]);
    const [severity, state, verb] = outcome(of['conclusion'], of['status'] ?? body['action']);
    const branch = first(of['head_branch'], at(of, 'check_suite', 'head_branch'));
    const name =
      first(of['name'], at(body, 'workflow', 'name'), at(of, 'app', 'name')) || key.replace('_', ' ');
    const done = text(of['status']) === 'completed' || text(body['action']) === 'completed';
    const failed = list(of['steps']).filter((step) => text(at(step, 'conclusion')) === 'failure');
    return {
      title: `${name} ${verb}${branch === '' ? '' : ` on ${branch}`}`,
      severity,
      state,
      summary: first(
        at(of, 'output', 'title'),
        of['display_title'],
        firstLine(text(at(of, 'head_commit', 'message'))),
      ),
      facts: [
        ['Conclusion', first(of['conclusion'], of['status'])],
        ['Branch', branch],
        ['Workflow', first(at(body, 'workflow', 'name'), of['workflow_name'])],
        ['Failed step', failed.map((step) => at(step, 'name'))],
        ['Commit', text(of['head_sha']).slice(0, 12)],
        ['Event', of['event']],
        ['Run', of['run_number'] ?? of['run_id']],
        ['Attempt', Number(of['run_attempt']) > 1 ? of['run_attempt'] : ''],
        ['Started by', at(of, 'triggering_actor', 'login') ?? at(of, 'actor', 'login')],
        ['Runner', of['runner_name']],
        ['Details', at(of, 'output', 'summary')],
      ],
      links: [
        ['Run', of['html_url']],
        ['Details', of['details_url']],
      ],
      startedAt: when(of['run_started_at'] ?? of['started_at'] ?? of['created_at']),
      endedAt: done ? when(of['completed_at'] ?? of['updated_at']) : undefined,
      threadKey: `${key}:${name}:${branch}`,
    };
  };
}

export const githubRuns: Readonly<Record<string, (body: Fields) => Sketch>> = {
  workflow_run: run('workflow_run'),
  workflow_job: run('workflow_job'),
  check_run: run('check_run'),
  check_suite: run('check_suite'),
  status: (body) => {
    const [severity, state, verb] = outcome(body['state'], body['state']);
    return {
      title: `${first(body['context']) || 'status'} ${verb}`,
      severity,
      state,
      summary: body['description'],
      facts: [
        ['State', body['state']],
        ['Commit', text(body['sha']).slice(0, 12)],
        ['Branches', list(body['branches']).map((branch) => at(branch, 'name'))],
        ['Message', firstLine(text(at(body, 'commit', 'commit', 'message')))],
      ],
      links: [
        ['Details', body['target_url']],
        ['Commit', at(body, 'commit', 'html_url')],
      ],
      threadKey: `status:${text(body['context'])}:${text(at(list(body['branches'])[0], 'name'))}`,
    };
  },
  deployment: (body) => ({
    title: `deployment to ${text(at(body, 'deployment', 'environment'))} created`,
    summary: at(body, 'deployment', 'description'),
    facts: [['Reference', at(body, 'deployment', 'ref')]],
    threadKey: `deployment:${text(at(body, 'deployment', 'environment'))}`,
  }),
  deployment_status: (body) => {
    const of = fields(body['deployment_status']);
    const [severity, state, verb] = outcome(of['state'], of['state']);
    const environment = first(of['environment'], at(body, 'deployment', 'environment'));
    return {
      title: `deployment to ${environment || 'an environment'} ${verb}`,
      severity,
      state,
      summary: of['description'],
      facts: [
        ['Environment', environment],
        ['State', of['state']],
        ['Reference', at(body, 'deployment', 'ref')],
        ['Commit', text(at(body, 'deployment', 'sha')).slice(0, 12)],
        ['Deployed by', at(of, 'creator', 'login')],
      ],
      links: [
        ['Log', first(of['log_url'], of['target_url'])],
        ['Site', of['environment_url']],
      ],
      startedAt: when(of['created_at']),
      threadKey: `deployment:${environment}`,
    };
  },
  page_build: (body) => {
    const failed = text(at(body, 'build', 'status')) === 'errored';
    return {
      title: `page build ${failed ? 'failed' : text(at(body, 'build', 'status'))}`,
      severity: failed ? 'error' : 'ok',
      state: failed ? 'firing' : 'info',
      summary: at(body, 'build', 'error', 'message'),
      threadKey: 'page_build',
    };
  },
};
