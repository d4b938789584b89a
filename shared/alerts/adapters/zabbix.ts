/**
 * Zabbix's webhook media types: whoever writes the script names the fields, mostly after the macros (`event_nseverity` for
 * `{EVENT.NSEVERITY}`). https://www.zabbix.com/documentation/current/en/manual/config/notifications/media/webhook
 */
import { entry } from '../../platform/entry.ts';
import { trimmedEnd } from '../../platform/trim.ts';
import type { Adapter, AlertState, Severity } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { first, isFields, one, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { byLetters, keyOf, known, linesBeside, pick, webLink } from '../value.ts';

/** {EVENT.NSEVERITY}: not classified, information, warning, average, high, disaster. */
const severities: readonly Severity[] = ['unknown', 'info', 'warning', 'warning', 'error', 'critical'];

const states: Readonly<Record<string, AlertState>> = {
  '0': 'resolved',
  '1': 'firing',
  problem: 'firing',
  ok: 'resolved',
  resolved: 'resolved',
  recovery: 'resolved',
  update: 'acknowledged',
};

const told =
  'title subject message description zabbixurl url eventname eventupdatestatus eventvalue eventsource eventid triggerid eventnseverity'.split(
    ' ',
  );

const macros =
  'eventid eventvalue eventnseverity eventseverity eventsource eventupdatestatus eventname eventtags eventdate eventtime eventopdata eventrecoverydate triggerid triggername triggerseverity triggerstatus triggerdescription hostname hostip hosthost itemname itemvalue'.split(
    ' ',
  );

function isZabbix(letters: Fields): boolean {
  if (known(letters, 'zabbixurl') === 1) return known(letters, ...macros) >= 1;
  const own = known(
    letters,
    'eventnseverity',
    'eventupdatestatus',
    'triggerstatus',
    'triggerseverity',
    'eventopdata',
    'triggerid',
  );
  // {EVENT.SOURCE} is a number; the source of other senders' events is a name.
  const source = /^[0-4]$/.test(text(letters['eventsource'])) ? 1 : 0;
  return own + source >= 1 && known(letters, ...macros) >= 3;
}

/** The lines of Zabbix's own message templates: what they are called there, and here. */
const lines: Readonly<Record<string, string>> = {
  'problem name': 'eventname',
  trigger: 'eventname',
  'trigger status': 'eventstatus',
  'trigger severity': 'eventseverity',
  host: 'hostname',
  severity: 'eventseverity',
  'operational data': 'eventopdata',
  'original problem id': 'eventid',
};

/**
 * A subject and a message, which a webhook media type hands its script when nobody adds parameters: the message is filled in from a
 * template of lines. https://www.zabbix.com/documentation/current/en/manual/config/notifications/action/operation
 */
function ofTemplate(letters: Fields): Fields | undefined {
  const message = first(letters['message'], letters['alertmessage']).slice(0, 5000);
  if (!/^Original problem ID: ?\d/im.test(message) && !/^(?:Problem name|Trigger status): /im.test(message))
    return undefined;
  const read: Record<string, unknown> = { ...letters };
  for (const [, name = '', value = ''] of message.matchAll(/^([A-Za-z ]{3,30}): ?([^\r\n]{1,500})/gm)) {
    const key = entry(lines, name.toLowerCase());
    if (key !== undefined) read[key] ??= value;
  }
  const opening = `${first(letters['subject'], letters['alertsubject'])}\n${message}`;
  const over =
    /^resolved|problem has been resolved/i.test(opening) ||
    /^(?:ok|resolved)$/i.test(text(read['eventstatus']).trim());
  const updated =
    /^updated problem|problem has been (?:acknowledged|updated|closed)|^\S.{0,200} (?:acknowledged|updated) problem/im.test(
      opening,
    );
  return { eventvalue: over ? '0' : '1', ...(updated && !over ? { eventupdatestatus: '1' } : {}), ...read };
}

function stateOf(letters: Fields): AlertState {
  const source = text(letters['eventsource']);
  // Discovery (1) and autoregistration (2) begin and end nothing.
  if (source === '1' || source === '2') return 'info';
  const updated = text(letters['eventupdatestatus']);
  const state =
    pick(states, letters['eventvalue']) ??
    pick(states, letters['eventstatus'] ?? letters['triggerstatus'] ?? letters['status']);
  if (updated === '1' && state !== 'resolved') return 'acknowledged';
  return state ?? 'firing';
}

function severityOf(letters: Fields): Severity | undefined {
  const number = text(letters['eventnseverity'] ?? letters['triggernseverity']);
  return /^[0-5]$/.test(number)
    ? severities[Number(number)]
    : firstSeverity(letters['eventseverity'], letters['triggerseverity'], letters['severity']);
}

export const zabbix: Adapter = {
  name: 'zabbix',
  label: 'Zabbix',
  read({ value }) {
    if (!isFields(value)) return undefined;
    const given = byLetters(value);
    const letters = isZabbix(given) ? given : ofTemplate(given);
    if (letters === undefined) return undefined;
    const base = trimmedEnd(webLink(letters['zabbixurl']), /\//);
    const event = text(letters['eventid']);
    const trigger = text(letters['triggerid']);
    const built =
      base !== '' && /^\d{1,20}$/.test(event) && /^\d{1,20}$/.test(trigger)
        ? `${base}/tr_events.php?triggerid=${trigger}&eventid=${event}`
        : base;
    const name = first(
      letters['eventname'],
      letters['triggername'],
      letters['title'],
      letters['subject'],
      letters['alertsubject'],
    );
    const title = name.replace(
      /^(?:Problem|Resolved(?: in [^:]{1,40})?|PROBLEM|OK|Updated problem in [^:]{1,40})\s*:\s*/,
      '',
    );
    const host = first(letters['hostname'], letters['hosthost'], letters['host']);
    const state = stateOf(letters);
    const time = timeOf(`${text(letters['eventdate'])} ${text(letters['eventtime'])}`);
    return one(
      'zabbix',
      {
        title: host === '' || title.includes(host) ? title || host : `${title} on ${host}`,
        state,
        severity: severityOf(letters),
        summary: first(
          letters['alertmessage'],
          letters['message'],
          letters['description'],
          letters['triggerdescription'],
        ).replaceAll('\r\n', '\n'),
        facts: linesBeside(value, told),
        links: [['Zabbix', webLink(letters['url']) || built]],
        startedAt: time,
        threadKey: event === '' ? undefined : keyOf(event, base),
      },
      {
        deliveryKey:
          event === ''
            ? undefined
            : keyOf(
                event,
                base,
                letters['eventvalue'],
                letters['eventstatus'],
                letters['eventupdatestatus'],
                letters['eventupdatedate'],
                letters['eventupdatetime'],
                letters['description'],
                letters['message'],
              ),
      },
    );
  },
};
