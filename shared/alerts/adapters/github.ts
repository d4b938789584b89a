/**
 * GitHub's webhooks, as JSON or in the form field `payload` (docs.github.com, "Webhook events and payloads"). The event is named by
 * a header; where a proxy lost it, the body tells. Gitea and Forgejo send GitHub's headers as well, and are not meant here.
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, fields, first, has, isFields, nested, text, type Fields, type Sketch } from '../sketch.ts';
import { asWords } from '../value.ts';
import { placed } from './forge.ts';
import { githubAlerts } from './github-alerts.ts';
import { githubEvents } from './github-events.ts';
import { githubRuns } from './github-runs.ts';

const events: Readonly<Record<string, (body: Fields) => Sketch>> = {
  ...githubRuns,
  ...githubAlerts,
  ...githubEvents,
};

export const github: Adapter = {
  name: 'github',
  label: 'GitHub',
  read(request: HookRequest): Reading {
    const body = has(request.value, 'payload') ? nested(request.value['payload']) : request.value;
    if (
      !isFields(body) ||
      ['x-gitea-event', 'x-gogs-event', 'x-forgejo-event'].some((name) => request.header(name) !== undefined)
    ) {
      return undefined;
    }
    const named = request.header('x-github-event');
    if (
      !(named === undefined
        ? isGithub(body)
        : has(body, 'sender') || has(body, 'repository') || has(body, 'zen') || has(body, 'action'))
    ) {
      return undefined;
    }
    const event = named ?? guess(body);
    const told = entry(events, event)?.(body) ?? other(event, body);
    const place = first(
      at(body, 'repository', 'full_name'),
      at(body, 'organization', 'login'),
      at(body, 'enterprise', 'name'),
    );
    return placed('github', told, {
      place,
      facts: [
        ['Repository', at(body, 'repository', 'full_name')],
        ['Before', before(body['changes'])],
        ['By', at(body, 'sender', 'login')],
      ],
      links: [['Repository', at(body, 'repository', 'html_url')]],
      deliveryKey: request.header('x-github-delivery'),
    });
  },
};

/** GitHub's ids of nodes, or its API's addresses. */
function isGithub(body: Fields): boolean {
  const owner = fields(body['repository'] ?? body['organization'] ?? body['sender']);
  const isNode = has(owner, 'node_id') || text(owner['url']).startsWith('https://api.github.com/');
  return isNode && (has(body, 'sender') || has(body, 'pusher') || has(body, 'zen'));
}

const telling = [
  'workflow_run',
  'workflow_job',
  'check_run',
  'check_suite',
  'deployment_status',
  'release',
  'discussion',
] as const;

function guess(body: Fields): string {
  if (has(body, 'zen')) return 'ping';
  const found = telling.find((key) => isFields(body[key]));
  if (found !== undefined) return found;
  if (isFields(body['pull_request']))
    return isFields(body['review']) ? 'pull_request_review' : 'pull_request';
  if (isFields(body['issue'])) return isFields(body['comment']) ? 'issue_comment' : 'issues';
  if (has(body, 'ref', 'before', 'after')) return 'push';
  if (has(body, 'state', 'context', 'sha')) return 'status';
  if (isFields(body['alert'])) {
    if (has(body['alert'], 'security_advisory')) return 'dependabot_alert';
    return has(body['alert'], 'secret_type') ? 'secret_scanning_alert' : 'code_scanning_alert';
  }
  return 'event';
}

/** Objects that an event carries beside what it is about. */
const around: ReadonlySet<string> = new Set([
  'repository',
  'organization',
  'sender',
  'installation',
  'enterprise',
  'inputs',
  'changes',
]);

/** What a thing was before it was edited, renamed or moved: `name: Old`, `title: Old`. */
function before(changes: unknown): string {
  const lines: string[] = [];
  const tell = (name: string, change: unknown): void => {
    const from = at(change, 'from');
    const was = first(from, at(from, 'login'), at(from, 'user', 'login'), at(from, 'name'));
    if (was !== '' && lines.length < 10) lines.push(`${name}: ${was}`);
  };
  for (const [name, change] of Object.entries(fields(changes)).slice(0, 20)) {
    tell(name, change);
    for (const [part, inner] of Object.entries(fields(change)).slice(0, 20)) tell(`${name} ${part}`, inner);
  }
  return lines.join('\n');
}

/** The plain fields of a thing, without the ids and addresses that are for programs. */
const plainFields = (thing: unknown): readonly (readonly [string, unknown])[] =>
  Object.entries(fields(thing))
    .filter(([key, value]) => text(value) !== '' && !/(?:^|_)(?:id|url|sha|at)$/.test(key))
    .slice(0, 12)
    .map(([key, value]) => [asWords(key), value]);

/** Whatever else GitHub tells: the event's words, and the page of the thing that it is about. */
function other(event: string, body: Fields): Sketch {
  const action = text(body['action']);
  const subject = Object.entries(body).find(([key, value]) => isFields(value) && !around.has(key))?.[1];
  const name = first(at(subject, 'title'), at(subject, 'name'), at(subject, 'login'), body['ref']);
  return {
    title: [asWords(event), action.replaceAll('_', ' '), name].filter(Boolean).join(' '),
    summary: first(at(subject, 'body'), at(subject, 'description')),
    facts: [
      ['Event', event],
      ['Action', action],
      ['Reference', body['ref']],
      ['Type', body['ref_type']],
      ...plainFields(subject),
    ],
    links: [[name || asWords(event), at(subject, 'html_url')]],
  };
}
