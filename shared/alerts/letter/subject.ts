/**
 * The subject: state, what, where. It has to tell somebody at three in the morning, on a locked phone, whether to get up.
 */
import type { Alert } from '../alert.ts';
import { cut, oneLine, shortened } from './clean.ts';
import { stateTags } from './wording.ts';

/** Longest subject, in UTF-16 units. Lists of mail show less; what is beyond is read in the mail itself. */
const lengthLimit = 150;

/** Longest title with places after it, in UTF-16 units. */
const placedLimit = 110;

/** A state that the sender wrote in front of its title, which ours would repeat: `[FIRING:2] `, `[Alerting] `. */
const statePrefix =
  /^\[(?:firing|resolved|alerting|ok|no data|ack|acknowledged|test|info)(?:: ?\d{1,6})?(?:, ?resolved: ?\d{1,6})?\]\s*(?=\S)/i;

/** A title on one line, without a state in brackets before it; what else the alert says where it has no title. */
export function titleOf({ title, summary, source }: Alert): string {
  return (
    bare(title) || shortened(oneLine(summary ?? ''), 120) || `Message from ${oneLine(source) || 'a hook'}`
  );
}

/** The sender's title for several alerts, or undefined. */
export const bare = (title: string): string => oneLine(title).replace(statePrefix, '');

/** Facts that name the place, best first; compared in lower case. */
const placeNames = [
  'host',
  'hostname',
  'host name',
  'instance',
  'node',
  'server',
  'device',
  'machine',
  'pod',
];

/** The place, where the title does not name it and it is short. */
export function placeOf(alert: Alert, title: string): string | undefined {
  const lower = title.toLowerCase();
  for (const name of placeNames) {
    const fact = alert.facts.find((each) => each.name.length < 20 && each.name.trim().toLowerCase() === name);
    const place = fact === undefined || fact.value.length > 60 ? '' : oneLine(fact.value);
    if (place === '') continue;
    // `web-01.example.com:9100` has been named by a title that says `web-01`.
    const host = place.toLowerCase().replace(/:\d+$/, '');
    const label = /^[\d.]+$/.test(host) ? host : (host.split('.')[0] ?? host);
    return lower.includes(label) ? undefined : place;
  }
  return undefined;
}

/**
 * Writes the subject.
 *
 * @param alerts the most urgent first, at least one; it gives the state.
 * @param groupTitle what the sender calls several together.
 * @returns one line of at most 150 UTF-16 units, such as `[FIRING] (3) Disk almost full – db-01, db-02, …`; `(2 of 3)` when the
 * others are in other states.
 */
export function subjectOf(alerts: readonly [Alert, ...Alert[]], groupTitle: string | undefined): string {
  const [first] = alerts;
  const leading = alerts.filter(({ state }) => state === first.state);
  const count =
    alerts.length === 1
      ? ''
      : leading.length === alerts.length
        ? `(${alerts.length}) `
        : `(${leading.length} of ${alerts.length}) `;
  const start = `${stateTags[first.state]} ${count}`;
  const room = lengthLimit - start.length;
  const titles = [...new Set(leading.map(titleOf))];
  const shared = (groupTitle === undefined ? '' : bare(groupTitle)) || (titles.length === 1 ? titles[0] : '');
  const text = shared ? withPlaces(shared, leading) : listed([...new Set(leading.map(whatAndWhere))], room);
  return start + shortened(text, room);
}

const whatAndWhere = (alert: Alert): string => withPlaces(titleOf(alert), [alert]);

/** Most places in a subject. */
const placeLimit = 3;

/** A title and where: as many places as fit. A title that leaves no room for a place says more than the place would. */
function withPlaces(title: string, alerts: readonly Alert[]): string {
  const places = new Set<string>();
  for (const alert of alerts) {
    const place = placeOf(alert, title);
    if (place !== undefined) places.add(place);
    if (places.size > placeLimit) break;
  }
  let text = title;
  let written = 0;
  for (const place of [...places].slice(0, placeLimit)) {
    const longer = `${text}${written === 0 ? ' – ' : ', '}${place}`;
    if (longer.length > placedLimit) break;
    text = longer;
    written += 1;
  }
  return written > 0 && written < places.size ? `${text}, …` : text;
}

const andMore = (count: number): string => (count === 0 ? '' : ` and ${count} more`);

/** As many titles as fit whole, and how many do not. */
function listed(titles: readonly string[], room: number): string {
  const [first = '', ...others] = titles;
  let text = cut(first, room).more === 0 ? first : shortened(first, room - andMore(others.length).length);
  let left = others.length;
  for (const title of others) {
    const longer = `${text}; ${title}`;
    if (longer.length + andMore(left - 1).length > room) break;
    text = longer;
    left -= 1;
  }
  return shortened(text, room - andMore(left).length) + andMore(left);
}
