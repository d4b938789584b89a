/**
 * Jira's webhooks and automation (developer.atlassian.com, "Webhooks"): an issue, who did it and what changed. `timestamp` in
 * milliseconds.
 */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, fields, first, isFields, list, one, shown, text, when, type Fields } from '../sketch.ts';

export const jira: Adapter = {
  name: 'jira',
  label: 'Jira',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!isFields(value)) return undefined;
    const event = text(value['webhookEvent']);
    // Automation sends the issue itself, the webhook an object that holds it.
    const issue = fields(
      value['issue'] ?? (isFields(value['fields']) && value['key'] !== undefined ? value : undefined),
    );
    const of = fields(issue['fields']);
    const key = text(issue['key']);
    const isIssue = /^[A-Z][A-Z0-9_]{0,30}-\d{1,10}$/.test(key) && text(of['summary']) !== '';
    if (!isIssue)
      return /^(?:jira:|comment_|sprint_|project_|user_|worklog_|board_)/.test(event)
        ? other(value, event)
        : undefined;
    const action = actionOf(event, text(value['issue_event_type_name']), value);
    const change = list(at(value, 'changelog', 'items')).slice(0, 50);
    return one(
      'jira',
      {
        title: `${key} ${action}: ${text(of['summary'])}`,
        severity: 'info',
        state: 'info',
        summary: [
          first(at(value, 'comment', 'body'), described(at(value, 'comment', 'body'))),
          change.map(changed).filter(Boolean).join('\n'),
          action === 'created' ? first(of['description'], described(of['description'])) : '',
        ]
          .filter(Boolean)
          .join('\n\n'),
        facts: [
          ['Issue', key],
          ['Status', named(of['status'])],
          ['Priority', named(of['priority'])],
          ['Type', named(of['issuetype'])],
          ['Project', named(of['project'])],
          ['Assigned to', at(of, 'assignee', 'displayName')],
          ['Reporter', at(of, 'reporter', 'displayName')],
          ['Labels', of['labels']],
          [
            'By',
            first(
              at(value, 'user', 'displayName'),
              at(value, 'user', 'name'),
              at(value, 'comment', 'author', 'displayName'),
            ),
          ],
        ],
        links: [
          ['Issue', pageOf(text(issue['self']), key)],
          ['Issue (API)', issue['self']],
          ['Comment', at(value, 'comment', 'self')],
        ],
        startedAt: when(value['timestamp']),
        threadKey: key,
      },
      { deliveryKey: request.header('x-atlassian-webhook-identifier') },
    );
  },
};

/** The page for people: the webhook names the issue by its address in the API alone, at the host that has the page too. */
function pageOf(self: string, key: string): string {
  const [, base] = /^(https?:\/\/(?!api\.atlassian\.com\/)[^?#\s]{1,300}?)\/rest\/api\//.exec(self) ?? [];
  return base === undefined ? '' : `${base}/browse/${key}`;
}

function actionOf(event: string, kind: string, value: Fields): string {
  if (event.endsWith('created') && !event.startsWith('comment')) return 'created';
  if (event.endsWith('deleted')) return 'deleted';
  if (/resolved/.test(kind)) return 'resolved';
  if (isFields(value['comment'])) return 'commented';
  const status = list(at(value, 'changelog', 'items')).find((item) => at(item, 'field') === 'status');
  // The key toString is the sender's: an own property here, a function on any other object.
  return status === undefined ? 'updated' : `moved to ${text(at(status, 'toString'))}`;
}

function changed(item: unknown): string {
  const [before, after] = [text(at(item, 'fromString')), text(at(item, 'toString'))];
  const field = text(at(item, 'field'));
  return field === '' ? '' : `${field}: ${before || '(none)'} → ${after || '(none)'}`;
}

/** A field is an object with a name, or, in older versions and rules, the name alone. */
function named(value: unknown): string {
  return first(at(value, 'name'), value);
}

/** Text out of Atlassian's document format, as far as it goes in a line. */
function described(value: unknown, depth = 0): string {
  if (depth > 8 || !isFields(value)) return '';
  if (typeof value['text'] === 'string') return value['text'];
  return list(value['content'])
    .slice(0, 200)
    .map((part) => described(part, depth + 1))
    .join(depth === 0 ? '\n' : '');
}

function other(value: Fields, event: string): Reading {
  const of = fields(
    value['sprint'] ??
      value['project'] ??
      value['version'] ??
      value['board'] ??
      value['worklog'] ??
      value['user'],
  );
  const words = event.replace(/^jira:/, '').replaceAll('_', ' ');
  return one('jira', {
    title: [words, first(of['name'], of['displayName'], of['key'])].filter(Boolean).join(': '),
    severity: 'info',
    facts: Object.entries(of)
      .filter(([, field]) => !isFields(field))
      .slice(0, 30)
      .map(([key, field]) => [key, shown(field)]),
    links: [['Open', of['self']]],
    startedAt: when(value['timestamp']),
  });
}
