/**
 * Jira and Jira Service Management: webhooks of the site. An issue's own address is for programs, so the page is made of it.
 * https://developer.atlassian.com/server/jira/platform/webhooks/
 */
import type { Adapter } from '../alert.ts';
import { at, fields, first, has, isFields, list, one, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { asWords, keyOf } from '../value.ts';
import type { Line } from '../value.ts';

const source = 'jira';

/** "status: Open → Done" for everything that was changed. */
function changes(changelog: unknown): readonly Line[] {
  return list(at(changelog, 'items')).map((item): Line => {
    const from = text(at(item, 'fromString'));
    const to = text(fields(item)['toString']);
    return [asWords(text(at(item, 'field'))), `${from || 'none'} → ${to || 'none'}`];
  });
}

/** Names of values that come as text, or as objects with a name. */
const named = (value: unknown) =>
  first(value, at(value, 'displayName'), at(value, 'name'), at(value, 'value'));

export const jira: Adapter = {
  name: source,
  label: 'Jira Service Management',
  read({ header, value }) {
    const issue = at(value, 'issue');
    if (!isFields(value) || !has(issue, 'key') || !isFields(issue['fields'])) return undefined;
    const event = text(value['webhookEvent']);
    if (
      !/^(?:jira:|comment_|worklog_|issuelink_|attachment_)/.test(event) &&
      !has(value, 'issue_event_type_name') &&
      !has(issue, 'self')
    )
      return undefined;
    const about = issue['fields'];
    const key = text(issue['key']);
    const self = text(issue['self']);
    const base = /^(https?:\/\/[^/?#]{1,300}(?:\/[\w.-]{1,60}){0,3}?)\/rest\//.exec(self)?.[1];
    const comment = first(at(value, 'comment', 'body'));
    const author = named(at(value, 'comment', 'author'));
    const what =
      event.replace(/^jira:/, '').replaceAll('_', ' ') ||
      text(value['issue_event_type_name']).replaceAll('_', ' ');
    return one(
      source,
      {
        title: [key, first(about['summary'])].filter((part) => part !== '').join(': '),
        state: 'info',
        severity: 'info',
        summary: [
          comment === '' ? '' : `${author === '' ? 'Comment' : author}: ${comment}`,
          first(about['description']),
        ]
          .filter((part) => part !== '')
          .join('\n\n'),
        facts: [
          ...changes(value['changelog']),
          ['Status', named(about['status'])],
          ['Priority', named(about['priority'])],
          ['Type', named(about['issuetype'])],
          ['Project', named(about['project'])],
          ['Assignee', named(about['assignee'])],
          ['Reporter', named(about['reporter'])],
          ['Labels', about['labels']],
          ['By', named(value['user'])],
          ['Event', asWords(what)],
        ],
        links: [
          ['Issue', base === undefined ? '' : `${base}/browse/${encodeURIComponent(key.toWellFormed())}`],
          ['Issue (API)', self],
        ],
        startedAt: timeOf(value['timestamp']) ?? timeOf(about['updated']),
        threadKey: keyOf(base, key),
      },
      {
        deliveryKey: header('x-atlassian-webhook-identifier') ?? keyOf(base, key, event, value['timestamp']),
      },
    );
  },
};
