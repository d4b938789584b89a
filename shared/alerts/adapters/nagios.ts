/**
 * Nagios, Naemon, Icinga and Checkmk as notification commands post them: the macros by their names, in a form, a query or JSON,
 * with or without `$`, in upper or lower case, with the prefixes of their environment variables (`NAGIOS_`, `ICINGA_`, `NOTIFY_`).
 * (assets.nagios.com, "Standard Macros in Nagios"; icinga.com/docs, "Runtime Macros"; docs.checkmk.com, "Notifications")
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, AlertState, HookRequest, Reading, Severity } from '../alert.ts';
import { first, given, one, text, when, type Fields } from '../sketch.ts';

const severities: Readonly<Record<string, Severity>> = {
  OK: 'ok',
  UP: 'ok',
  WARNING: 'warning',
  WARN: 'warning',
  CRITICAL: 'critical',
  CRIT: 'critical',
  DOWN: 'critical',
  UNREACHABLE: 'critical',
  UNREACH: 'critical',
  UNKNOWN: 'unknown',
};

const notifications: Readonly<Record<string, AlertState>> = {
  PROBLEM: 'firing',
  RECOVERY: 'resolved',
  ACKNOWLEDGEMENT: 'acknowledged',
  CUSTOM: 'info',
  FLAPPINGSTART: 'firing',
  FLAPPINGSTOP: 'resolved',
  FLAPPINGEND: 'resolved',
  FLAPPINGDISABLED: 'info',
  DOWNTIMESTART: 'info',
  DOWNTIMEEND: 'info',
  DOWNTIMESTOP: 'info',
  DOWNTIMEREMOVED: 'info',
  DOWNTIMECANCELLED: 'info',
};

/** The macros as they are called in documentations, e.g. `SERVICEDESC`, `$HOSTSTATE$`, `NOTIFY_SERVICEOUTPUT`, `host_state`. */
const macro =
  /^\$?(?:(?:NAGIOS|ICINGA2?|NOTIFY)_)?_?(?:HOST|SERVICE|NOTIFICATION)[._]?(?:NAME|ALIAS|DISPLAYNAME|STATE|STATETYPE|SHORTSTATE|OUTPUT|ADDRESS|DESC|TYPE|COMMENT|AUTHOR)\$?$/i;

const telling =
  /(?:SERVICE[._]?DESC|(?:SERVICE|HOST)[._]?(?:OUTPUT|SHORTSTATE|STATETYPE)|^\$|^(?:NAGIOS|ICINGA2?|NOTIFY)_)/i;

export const nagios: Adapter = {
  name: 'nagios',
  label: 'Nagios, Icinga, Checkmk',
  read(request: HookRequest): Reading {
    const macros = macrosOf(given(request));
    const host = first(macros['HOSTNAME'], macros['HOSTDISPLAYNAME'], macros['HOSTALIAS'], macros['HOST']);
    const state = first(
      macros['SERVICESTATE'],
      macros['SERVICESHORTSTATE'],
      macros['HOSTSTATE'],
      macros['HOSTSHORTSTATE'],
    ).toUpperCase();
    // NOTIFICATIONTYPE alone is Amazon's and others' as well.
    if (host === '' || !Object.hasOwn(severities, state)) return undefined;
    const own = Object.keys(given(request)).filter((key) => macro.test(key));
    // A name that only Nagios and its kin have, two that all of them have, or all that a script needs in words of its own.
    const plain =
      entry(notifications, first(macros['NOTIFICATIONTYPE']).toUpperCase().split(/[\s(]/)[0] ?? '') !==
        undefined &&
      ['HOST', 'SERVICEDESC', 'SERVICESTATE', 'OUTPUT'].every((name) => macros[name] !== undefined);
    if (!plain && !own.some((key) => telling.test(key)) && own.length < 2) return undefined;

    const service = first(macros['SERVICEDISPLAYNAME'], macros['SERVICEDESC'], macros['SERVICENAME']);
    const what = service === '' ? host : `${service} on ${host}`;
    const type = first(macros['NOTIFICATIONTYPE']).toUpperCase();
    const [kind = '', detail = ''] = type.split(/[\s(]+/);
    const severity = entry(severities, state) ?? 'unknown';
    const output = first(
      service === '' ? macros['HOSTOUTPUT'] : macros['SERVICEOUTPUT'],
      macros['SERVICEOUTPUT'],
      macros['OUTPUT'],
    );
    const long = first(service === '' ? macros['LONGHOSTOUTPUT'] : macros['LONGSERVICEOUTPUT']);
    return one('nagios', {
      title: /^(?:FLAPPING|DOWNTIME|CUSTOM|ACK)/.test(kind)
        ? `${what} is ${state} (${[kind, detail].join(' ').trim().toLowerCase()})`
        : `${what} is ${state}`,
      severity,
      state: entry(notifications, kind) ?? (severity === 'ok' ? 'resolved' : 'firing'),
      // Nagios writes the breaks of its long output as two characters.
      summary: [output, long.replaceAll(String.raw`\n`, '\n')].filter(Boolean).join('\n'),
      facts: [
        ['Host', host],
        ['Address', first(macros['HOSTADDRESS'], macros['ADDRESS'])],
        ['Service', service],
        ['State', state],
        [
          'Before',
          first(
            service === '' ? macros['LASTHOSTSTATE'] : macros['LASTSERVICESTATE'],
            macros['PREVIOUSSERVICEHARDSHORTSTATE'],
          ),
        ],
        ['Notification', type],
        ['Time', first(macros['LONGDATETIME'], macros['SHORTDATETIME'], macros['DATETIME'])],
        ['Duration', first(macros['SERVICEDURATION'], macros['HOSTDURATION'])],
        [
          'Author',
          first(
            macros['NOTIFICATIONAUTHOR'],
            macros['NOTIFICATIONAUTHORNAME'],
            macros['SERVICEACKAUTHOR'],
            macros['HOSTACKAUTHOR'],
          ),
        ],
        [
          'Comment',
          first(macros['NOTIFICATIONCOMMENT'], macros['SERVICEACKCOMMENT'], macros['HOSTACKCOMMENT']),
        ],
        [
          'Path in Checkmk',
          first(macros['SERVICEURL'], macros['HOSTURL']).startsWith('/')
            ? first(macros['SERVICEURL'], macros['HOSTURL'])
            : '',
        ],
      ],
      links: [
        [
          'Monitoring',
          absolute(
            first(
              macros['SERVICEACTIONURL'],
              macros['HOSTACTIONURL'],
              macros['SERVICEURL'],
              macros['HOSTURL'],
              macros['ICINGAWEB'],
              macros['ICINGAWEBURL'],
              macros['URL'],
            ),
          ),
        ],
        ['Notes', absolute(first(macros['SERVICENOTESURL'], macros['HOSTNOTESURL']))],
      ],
      startedAt: when(macros['TIMET'] ?? macros['MICROTIME']),
      threadKey: service === '' ? host : `${host}!${service}`,
    });
  },
};

function absolute(url: string): string {
  return /^https?:\/\//i.test(url) ? url : '';
}

/** Names without `$`, prefix and separators, in upper case: `NAGIOS_SERVICEDESC`, `service_desc`, `$SERVICEDESC$`, `host.name`. */
function macrosOf(body: Fields): Readonly<Record<string, string>> {
  const macros: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(body).slice(0, 500)) {
    const words = text(value);
    if (words === '') continue;
    const name = key
      .toUpperCase()
      .replace(/^\$|\$$/g, '')
      .replace(/^(?:NAGIOS|ICINGA2?|NOTIFY|NOTIFICATION(?=_HOST|_SERVICE))_/, '')
      .replaceAll(/[^A-Z0-9]/g, '');
    macros[entry(alias, name) ?? name] ??= words;
  }
  return macros;
}

/** Icinga 2's and scripts' other names. */
const alias: Readonly<Record<string, string>> = {
  SERVICE: 'SERVICEDESC',
  SERVICEDESCRIPTION: 'SERVICEDESC',
  TYPE: 'NOTIFICATIONTYPE',
  COMMENT: 'NOTIFICATIONCOMMENT',
  AUTHOR: 'NOTIFICATIONAUTHOR',
  ADDRESS: 'HOSTADDRESS',
  STATE: 'SERVICESTATE',
  WHAT: 'CHECKMKWHAT',
};
