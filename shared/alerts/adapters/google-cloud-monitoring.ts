/**
 * Google Cloud Monitoring's incidents (schema 1.2, and what came before it). The documentation of the policy is Markdown, in an object
 * or in a string of JSON. https://cloud.google.com/monitoring/support/notification-options#schema-pubsub
 */
import type { Adapter } from '../alert.ts';
import { plainMarkdown } from '../markup.ts';
import { firstSeverity } from '../severity.ts';
import { at, fields, first, has, isFields, list, nested, one, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, linesOf } from '../value.ts';

const source = 'google-cloud-monitoring';

/** `my-project Cloud Function labels {project_id=…}`: the labels stand in the table. */
const shortResource = (resource: string): string => resource.slice(0, 300).replace(/ labels \{.*$/s, '');

export const googleCloudMonitoring: Adapter = {
  name: source,
  label: 'Google Cloud Monitoring',
  read({ value }) {
    const incident = at(value, 'incident');
    const marks = [
      'policy_name',
      'condition_name',
      'scoping_project_id',
      'resource_id',
      'resource_type_display_name',
    ];
    if (!has(incident, 'incident_id', 'state') || !marks.some((key) => Object.hasOwn(incident, key)))
      return undefined;
    const written = nested(incident['documentation']);
    const documentation = isFields(written) ? written : { content: text(written) };
    const content = plainMarkdown(first(at(documentation, 'content')).slice(0, 20_000));
    const state = text(incident['state']).toLowerCase();
    const ended = state === 'closed';
    const rule = first(incident['condition_name'], at(incident, 'condition', 'displayName'));
    const policy = [first(incident['policy_name']), rule].filter((part) => part !== '');
    const resource = first(incident['resource_name'], incident['resource_display_name']);
    const tried = text(at(value, 'version')) === 'test';
    // "[ALERT - Warning] CPU": the state is told anyway.
    const subject = first(at(documentation, 'subject')).replace(/^\[[^\]]{0,60}\]\s*(?=\S)/, '');
    const named = policy[0] ?? '';
    return one(
      source,
      {
        title:
          [subject, subject === '' || subject.includes(named) ? '' : named].filter(Boolean).join(' · ') ||
          [[...new Set(policy)].join(': '), shortResource(resource)]
            .filter((part) => part !== '')
            .join(' on ') ||
          text(incident['summary']),
        state: tried ? 'test' : ended ? 'resolved' : state === 'acknowledged' ? 'acknowledged' : 'firing',
        severity: firstSeverity(incident['severity']),
        summary: [text(incident['summary']), content.text].filter((part) => part !== '').join('\n\n'),
        facts: [
          ['Observed', incident['observed_value']],
          ['Threshold', incident['threshold_value']],
          ['Condition', incident['condition_name']],
          ['Metric', first(at(incident, 'metric', 'displayName'), at(incident, 'metric', 'type'))],
          ...linesOf(at(incident, 'metric', 'labels')),
          ['Resource', resource],
          ['Resource type', first(incident['resource_type_display_name'], at(incident, 'resource', 'type'))],
          ...linesOf(at(incident, 'resource', 'labels')),
          ...linesOf(incident['policy_user_labels']),
          ['Project', incident['scoping_project_id']],
        ],
        links: [
          ['Incident', incident['url']],
          ...list(at(documentation, 'links')).map(
            (link) => [first(fields(link)['displayName']) || 'Link', fields(link)['url']] as const,
          ),
          ...content.links.map((link) => [link.label, link.url] as const),
        ],
        startedAt: timeOf(incident['started_at']),
        endedAt: ended ? timeOf(incident['ended_at']) : undefined,
        threadKey: text(incident['incident_id']),
      },
      { deliveryKey: keyOf(incident['incident_id'], state, incident['ended_at']) },
    );
  },
};
