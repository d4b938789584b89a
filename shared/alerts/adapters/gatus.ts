/**
 * Gatus' custom provider with the fields of its documentation: by name in JSON or in a query, or the line of its own example,
 * `endpoint,group,description,url,TRIGGERED|RESOLVED,errors` (github.com/TwiN/gatus, "Configuring custom alerts").
 */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, first, given, has, one, text, type Fields } from '../sketch.ts';

const line =
  /^([^,\n]{1,200}),([^,\n]{0,200}),([^\n]{0,1000}?),([a-z]+:\/\/[^\s,]{1,2000}),(TRIGGERED|RESOLVED)(?:,([\s\S]{0,20000}))?$/;

export const gatus: Adapter = {
  name: 'gatus',
  label: 'Gatus',
  read(request: HookRequest): Reading {
    const match = request.value === undefined ? line.exec(request.text.trim().slice(0, 30_000)) : null;
    const body: Fields = match
      ? {
          endpoint: match[1],
          group: match[2],
          description: match[3],
          url: match[4],
          status: match[5],
          errors: match[6],
        }
      : given(request);
    const status = first(
      body['status'],
      body['ALERT_TRIGGERED_OR_RESOLVED'],
      body['alert_status'],
      body['state'],
    );
    if (!/^(?:TRIGGERED|RESOLVED)$/i.test(status)) return undefined;
    const named = ['endpoint', 'endpoint_name', 'ENDPOINT_NAME', 'endpointName'].find((key) =>
      has(body, key),
    );
    if (named === undefined) return undefined;
    const name = first(body[named], at(body[named], 'name')) || 'Endpoint';
    const group = first(
      body['group'],
      body['endpoint_group'],
      body['ENDPOINT_GROUP'],
      at(body[named], 'group'),
    );
    const isResolved = /^resolved$/i.test(status);
    return one('gatus', {
      title: group === '' ? name : `${group}/${name}`,
      severity: isResolved ? 'ok' : 'critical',
      state: isResolved ? 'resolved' : 'firing',
      summary: [
        first(body['description'], body['alert_description'], body['ALERT_DESCRIPTION']),
        unquoted(body),
      ]
        .filter(Boolean)
        .join('\n'),
      facts: [
        ['Group', group],
        ['Status', status],
        ['Conditions', body['conditions'] ?? body['condition_results'] ?? body['RESULT_CONDITIONS']],
      ],
      links: [['Monitored page', first(body['url'], body['endpoint_url'], body['ENDPOINT_URL'])]],
      threadKey: `${group}/${name}`,
    });
  },
};

/** Gatus escapes quotes for JSON, whatever the body is. */
function unquoted(body: Fields): string {
  return text(body['errors'] ?? body['error'] ?? body['RESULT_ERRORS']).replaceAll('\\"', '"');
}
