/**
 * Splunk: the webhook action of a saved search, and detectors of Splunk Observability Cloud.
 * https://docs.splunk.com/Documentation/Splunk/latest/Alert/Webhooks
 */
import type { Adapter, AlertGroup } from '../alert.ts';
import { plainHtml } from '../markup.ts';
import { firstSeverity } from '../severity.ts';
import { at, fields, first, has, isFields, one, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { asWords, keyOf, linesOf } from '../value.ts';

const source = 'splunk';

function search(body: Fields): AlertGroup {
  const result = fields(body['result']);
  const name = first(body['search_name'], body['source']);
  // Fields of Splunk's own begin with an underscore, or describe where the line was indexed.
  const inner = Object.keys(result).filter((key) =>
    /^_(?!raw$|time$)|^(?:linecount|punct|splunk_server|timestartpos|timeendpos|date_\w+)$/.test(key),
  );
  return one(
    source,
    {
      title: name || 'Splunk alert',
      state: 'firing',
      severity: firstSeverity(
        result['severity'],
        result['urgency'],
        result['priority'],
        result['level'],
        result['log_level'],
      ),
      summary: first(result['message'], result['_raw']),
      facts: [...linesOf(result, '_raw', '_time', ...inner), ['App', body['app']], ['Owner', body['owner']]],
      links: [
        ['Results', body['results_link']],
        ['Search', body['view_link']],
      ],
      startedAt: timeOf(result['_time']),
      threadKey: keyOf(name, body['app'], body['owner']),
    },
    { deliveryKey: first(body['sid']) || undefined },
  );
}

function detector(body: Fields): AlertGroup {
  const status = text(body['status']).toLowerCase();
  const ended = /^(?:ok|stopped|manually[ _]resolved)$/.test(status) || status === 'resolved';
  const time = timeOf(body['timestamp']);
  return one(
    source,
    {
      title: first(body['messageTitle'], body['rule'], body['detector']),
      state: ended ? 'resolved' : 'firing',
      severity: firstSeverity(body['severity']),
      summary: [
        plainHtml(first(body['messageBody']).slice(0, 20_000)).text || first(body['description']),
        first(body['tip']),
      ]
        .filter((part) => part !== '')
        .join('\n\n'),
      facts: [
        ...linesOf(body['dimensions']),
        ['Detector', body['detector']],
        ['Rule', body['rule']],
        ['Metric', body['originatingMetric']],
        ['Status', asWords(text(body['statusExtended']) || status)],
      ],
      links: [
        ['Detector', body['detectorUrl']],
        ['Runbook', body['runbookUrl']],
        ['Picture', body['imageUrl']],
      ],
      startedAt: ended ? undefined : time,
      endedAt: ended ? time : undefined,
      threadKey: first(body['incidentId']) || undefined,
    },
    { deliveryKey: keyOf(body['incidentId'], status, body['timestamp']) },
  );
}

export const splunk: Adapter = {
  name: source,
  label: 'Splunk',
  read({ value }) {
    if (!isFields(value)) return undefined;
    if (
      has(value, 'sid') &&
      (has(value, 'search_name') || has(value, 'results_link')) &&
      isFields(at(value, 'result'))
    )
      return search(value);
    return has(value, 'detector', 'incidentId') && (has(value, 'rule') || has(value, 'detectorUrl'))
      ? detector(value)
      : undefined;
  },
};
