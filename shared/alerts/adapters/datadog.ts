/**
 * Datadog's webhooks: the default body, and those that people write themselves. Variables that Datadog could not fill in stay as they
 * are (`$ALERT_TITLE`), so they count as missing.
 * https://docs.datadoghq.com/integrations/webhooks/
 */
import type { Adapter, AlertState, Link, Severity } from '../alert.ts';
import { plainMarkdown } from '../markup.ts';
import { firstSeverity } from '../severity.ts';
import { first, firstLine, isFields, one, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { byLetters, keyOf, known, linesBeside, webLink } from '../value.ts';

const told =
  'title alerttitle eventtitle body text msg eventmsg message textonlymsg alertstatus link url eventurl alerturl snapshot date lastupdated id alertid orgid'.split(
    ' ',
  );

/** Hosts of Datadog's sites. */
const site = /^https:\/\/(?:[\w-]{1,60}\.){1,3}(?:datadoghq\.com|datadoghq\.eu|ddog-gov\.com)\//i;

function isDatadog(body: Fields, letters: Fields): boolean {
  if (/^datadog$/i.test(first(letters['source'], letters['sourcetypename'], letters['provider'])))
    return true;
  if (isFields(body['org']) && known(body, 'title', 'body', 'event_type', 'last_updated', 'date') >= 4)
    return true;
  if (
    known(
      letters,
      'alerttransition',
      'alertid',
      'alertcycleid',
      'alertcyclekey',
      'alertscope',
      'alertmetric',
      'alertquery',
      'alertstatus',
      'aggregkey',
    ) >= 2 &&
    known(letters, 'alerttransition', 'alertcyclekey', 'aggregkey', 'alertmetric') > 0
  )
    return true;
  return [letters['link'], letters['url'], letters['eventurl'], letters['alerturl']].some((link) =>
    site.test(text(link)),
  );
}

/** "Triggered", "Re-Triggered", "No data", "Recovered from Warn", … as a state; the title starts with it. */
function stateOf(letters: Fields, title: string): readonly [AlertState, Severity | undefined] {
  const mark =
    first(letters['alerttransition']) ||
    (/^\[([^\]]{1,200})\]/.exec(title)?.[1] ?? '') ||
    first(letters['eventtype'], letters['alertstatus'], letters['status']);
  const word = mark.toLowerCase();
  if (/^test|\[test\]/.test(word)) return ['test', 'info'];
  if (/recover|resolve|^ok\b/.test(word)) return ['resolved', 'ok'];
  if (/^(?:re-)?warn/.test(word)) return ['firing', 'warning'];
  if (/no[ _-]?data/.test(word)) return ['firing', 'warning'];
  if (/trigger|renotify|alert|error/.test(word)) return ['firing', undefined];
  const type = first(letters['alerttype']).toLowerCase();
  if (type === 'success') return ['resolved', 'ok'];
  return /^(?:error|warning)$/.test(type) ? ['firing', undefined] : ['info', undefined];
}

/** What people read: without the marks of Markdown, and without whom Datadog notified. */
function words(value: string): { readonly text: string; readonly links: readonly Link[] } {
  const plain = plainMarkdown(
    value
      .slice(0, 20_000)
      .replaceAll(/^%%%[ \t]*$/gm, '')
      .replaceAll(/^%%%|%%%$/g, ''),
  );
  const kept = plain.text
    .replaceAll(/(?:^|\s)@(?:webhook|slack|teams|pagerduty|opsgenie)-\S{1,100}/g, '')
    .trim();
  return { text: kept, links: plain.links };
}

export const datadog: Adapter = {
  name: 'datadog',
  label: 'Datadog',
  read({ value }) {
    if (!isFields(value)) return undefined;
    const letters = byLetters(value);
    if (!isDatadog(value, letters)) return undefined;
    const written = first(
      letters['alerttitle'],
      letters['title'],
      letters['eventtitle'],
      letters['monitorname'],
      letters['name'],
    );
    const [state, heard] = stateOf(letters, written);
    const title = written.replace(/^\[[^\]]{1,200}\]\s*/, '');
    const body = first(
      letters['body'],
      letters['textonlymsg'],
      letters['eventmsg'],
      letters['msg'],
      letters['text'],
      letters['message'],
      letters['alertstatus'],
    );
    const said = words(body);
    const date = timeOf(first(letters['date'], letters['lastupdated']));
    const severity = firstSeverity(
      text(letters['alertpriority']),
      letters['alerttype'],
      letters['severity'],
      letters['priority'],
    );
    const thread = first(
      letters['alertcyclekey'],
      letters['aggregkey'],
      letters['aggregationkey'],
      letters['alertid'],
    );
    return one(
      'datadog',
      {
        title: title || written || firstLine(said.text) || first(letters['alertmetric']) || 'Datadog event',
        state,
        severity: heard ?? severity ?? (state === 'firing' ? 'error' : 'unknown'),
        summary: said.text,
        facts: linesBeside(value, told),
        links: [
          [
            'Datadog',
            webLink(first(letters['link'], letters['url'], letters['eventurl'], letters['alerturl'])),
          ],
          ['Snapshot', webLink(letters['snapshot'])],
          ...said.links.map(({ label, url }) => [label, webLink(url)] as const),
        ],
        startedAt: state === 'resolved' ? undefined : date,
        endedAt: state === 'resolved' ? date : undefined,
        threadKey: thread === '' ? undefined : keyOf(thread, first(letters['alertscope'])),
      },
      {
        deliveryKey:
          first(letters['id'], letters['eventid']) === ''
            ? undefined
            : keyOf(
                letters['id'] ?? letters['eventid'],
                letters['alerttransition'],
                letters['eventtype'],
                letters['date'],
                letters['lastupdated'],
              ),
      },
    );
  },
};
