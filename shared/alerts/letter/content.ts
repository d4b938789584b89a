/**
 * What a letter says, before it is HTML or text: everything cleaned, cut to its room, links made whole, times written. Both twins are
 * made of this, so that neither says what the other does not.
 */
import type { Alert, AlertGroup, Fact, Link } from '../alert.ts';
import { attach, sizeOf, type Attached, type RawBody, type ShownPicture } from './attached.ts';
import { cut, oneLine, shortened, someLines } from './clean.ts';
import { wholeLink } from './link.ts';
import type { Room } from './room.ts';
import { bare, placeOf, titleOf } from './subject.ts';
import { durationOf, timeIn } from './when.ts';
import { badgeOf, countsOf, stateWords, toneOf, type Tone } from './wording.ts';

/** A text and what to say of the part that is not there. */
export interface Folded {
  readonly text: string;
  /** `… (4,812 more characters, see body.json)`; undefined when the text is whole. */
  readonly more: string | undefined;
}

export interface Row {
  readonly name: string;
  readonly value: Folded;
}

/** A link under its label. Without `href` it is no link, and `shown` is what the sender wrote. */
export interface Reference {
  readonly label: string;
  readonly href: string | undefined;
  readonly shown: string;
}

/** One alert. */
export interface Section {
  readonly tone: Tone;
  /** State and severity in words. */
  readonly badge: string;
  readonly title: string;
  /** Sentences about when. */
  readonly when: readonly string[];
  readonly summary: Folded | undefined;
  /** Whether the summary's columns only stand under each other in a font of equal widths. */
  readonly columns: boolean;
  readonly button: Reference | undefined;
  readonly facts: readonly Row[];
  /** That there are more facts. */
  readonly moreFacts: string | undefined;
  readonly references: readonly Reference[];
}

/** Alerts of one title in the list at the end. */
export interface Line {
  readonly tone: Tone;
  readonly badge: string;
  readonly title: string;
  readonly count: number;
  /** Where, as far as the alerts say: the first few. */
  readonly places: readonly string[];
}

export interface Letterhead {
  /** What the letter is called when several alerts stand in it. */
  readonly title: string;
  /** `50 alerts, 48 firing, 2 resolved`. */
  readonly counts: string;
}

/** Everything a letter says. */
export interface Contents {
  readonly subject: string;
  /** The line that lists of mail show after the subject. */
  readonly preview: string;
  readonly head: Letterhead | undefined;
  readonly pictures: readonly ShownPicture[];
  /** The first in full, the others with what differs from it. */
  readonly sections: readonly [Section, ...Section[]];
  readonly list: readonly Line[];
  /** `40 others`: what the list stands for. */
  readonly listed: string;
  /** `and 37 more`. */
  readonly moreAlerts: string | undefined;
  readonly notes: readonly string[];
  readonly footer: readonly string[];
  readonly attached: Attached;
}

/** Where and when the letter is written. */
export interface Occasion {
  /** IANA name of the zone of its readers. */
  readonly zone: string;
  readonly receivedAt: Date;
  /** Name of the hook. */
  readonly hook: string;
  readonly raw?: RawBody;
}

/**
 * Decides what stands in the letter.
 *
 * @param alerts those of the group, the most urgent first.
 */
export function contentsOf(
  group: AlertGroup,
  alerts: readonly [Alert, ...Alert[]],
  subject: string,
  occasion: Occasion,
  room: Room,
): Contents {
  const [first, ...others] = alerts;
  const attached = attach(group.files ?? [], occasion.raw);
  const writer = sectionWriter(occasion, attached.body, room);
  const full = writer.full(first);
  const listed = others.slice(room.sections);
  const list = linesOf(listed);
  const left = list.slice(room.lines).reduce((sum, { count }) => sum + count, 0);
  return {
    subject,
    preview: previewOf(full),
    head: others.length === 0 ? undefined : headOf(group, alerts),
    pictures: attached.pictures,
    sections: [full, ...others.slice(0, room.sections).map((alert) => writer.brief(alert, first))],
    list: list.slice(0, room.lines),
    listed: `${counted(listed.length)} ${listed.length === 1 ? 'other' : 'others'}`,
    moreAlerts: left === 0 ? undefined : `and ${counted(left)} more`,
    notes: [
      ...(alerts.every(({ state }) => state === 'test') ? [testNote] : []),
      ...notesOf(group.notes ?? [], room),
      ...attached.notes,
    ],
    footer: footerOf(first, occasion, attached),
    attached,
  };
}

const testNote = 'This is a test: what the sender reports will reach this mailbox.';

/** After the subject, lists of mail have room for some words: how bad, and what the summary begins with. */
const previewOf = ({ badge, summary, facts }: Section): string =>
  shortened(
    [badge, summary?.text ?? '', ...facts.slice(0, 5).map(({ name, value }) => `${name}: ${value.text}`)]
      .map((part) => oneLine(part).replace(/\.$/, ''))
      .filter(Boolean)
      .join('. '),
    140,
  );

// Intl takes its time, and few counts need it.
const counted = (count: number): string => (count < 1000 ? String(count) : count.toLocaleString('en-GB'));

function headOf({ title }: AlertGroup, alerts: readonly [Alert, ...Alert[]]): Letterhead {
  const titles = new Set(alerts.map(titleOf));
  const states = new Set(alerts.map(({ state }) => state));
  const number = `${counted(alerts.length)} alerts`;
  const counts = states.size === 1 ? `all ${stateWords[alerts[0].state].toLowerCase()}` : countsOf(alerts);
  const own = (title === undefined ? '' : bare(title)) || (titles.size === 1 ? titleOf(alerts[0]) : '');
  return own === ''
    ? { title: number, counts: `${counts.slice(0, 1).toUpperCase()}${counts.slice(1)}` }
    : { title: shortened(own, 300), counts: `${number}, ${counts}` };
}

function sectionWriter(occasion: Occasion, body: string | undefined, room: Room) {
  const elsewhere = body === undefined ? '' : `, see ${body}`;

  const folded = (text: string, limit: number): Folded => {
    const { text: kept, more } = cut(text, limit);
    return { text: kept, more: more === 0 ? undefined : `… (${counted(more)} more characters${elsewhere})` };
  };

  const rows = (facts: readonly Fact[], limit: number): readonly Row[] =>
    facts.map(({ name, value }) => ({
      name: shortened(oneLine(name), 60),
      value: folded(someLines(value), limit),
    }));

  const section = (
    alert: Alert,
    summaryLimit: number,
  ): Omit<Section, 'facts' | 'moreFacts' | 'references' | 'button'> => {
    const title = shortened(titleOf(alert), 300);
    const summary = someLines(alert.summary ?? '');
    return {
      tone: toneOf(alert),
      badge: badgeOf(alert),
      title,
      when: whenOf(alert, occasion),
      summary: summary === '' || title.includes(oneLine(summary)) ? undefined : folded(summary, summaryLimit),
      columns: hasColumns(summary),
    };
  };

  return {
    full(alert: Alert): Section {
      const facts = worthTelling(alert.facts);
      const left = facts.length - room.facts;
      const references = referencesOf(alert.links).slice(0, room.links);
      const button = references.find(({ href }) => href !== undefined);
      return {
        ...section(alert, room.summary),
        button,
        facts: rows(facts.slice(0, room.facts), room.value),
        moreFacts:
          left > 0 ? `${counted(left)} more ${left === 1 ? 'line' : 'lines'}${elsewhere}` : undefined,
        references: references.filter((reference) => reference !== button),
      };
    },

    /** What an alert says that the one in full has not said. */
    brief(alert: Alert, told: Alert): Section {
      const same = new Map(told.facts.map(({ name, value }) => [name, value]));
      const facts = worthTelling(alert.facts).filter(({ name, value }) => same.get(name) !== value);
      const known = new Set(told.links.map(({ url }) => url));
      const fresh = referencesOf(alert.links.filter(({ url }) => !known.has(url)));
      const written = section(alert, room.briefSummary);
      return {
        ...written,
        summary: alert.summary === told.summary ? undefined : written.summary,
        button: undefined,
        facts: rows(facts.slice(0, room.briefFacts), room.briefValue),
        moreFacts: undefined,
        references: fresh.filter(({ href }) => href !== undefined).slice(0, room.briefLinks),
      };
    },
  };
}

/** Senders fill forms; an empty line tells nothing. */
const worthTelling = (facts: readonly Fact[]): readonly Fact[] =>
  facts.filter(({ name, value }) => name.trim() !== '' && value.trim() !== '');

/** Longest look of a link. */
const shownLimit = 160;

function referencesOf(links: readonly Link[]): readonly Reference[] {
  const seen = new Set<string>();
  return links.slice(0, 100).flatMap(({ label, url }) => {
    if (url.trim() === '') return [];
    const link = wholeLink(url);
    const href = link.kind === 'link' ? link.href : undefined;
    if (seen.has(href ?? link.shown)) return [];
    seen.add(href ?? link.shown);
    return [
      {
        label: labelOf(label),
        href,
        shown: href === undefined ? shortened(link.shown, shownLimit) : link.shown,
      },
    ];
  });
}

/** A label that looks like an address could promise another one than the link goes to. */
function labelOf(label: string): string {
  const line = oneLine(label);
  return line === '' || /:\/\/|^www\.|^[\w-]+(?:\.[\w-]+)+(?:[/:]|$)/i.test(line)
    ? 'Open'
    : shortened(line, 60);
}

const between = (from: Date | undefined, to: Date | undefined): number =>
  (to?.getTime() ?? 0) - (from?.getTime() ?? 0);

/** In milliseconds. Longer ago than this is a clock that is wrong, and no news either way. */
const year = 366 * 86_400_000;

function whenOf({ state, startedAt, endedAt }: Alert, { zone, receivedAt }: Occasion): readonly string[] {
  const start = timeIn(zone, startedAt);
  const end = state === 'firing' ? undefined : timeIn(zone, endedAt);
  if (start === undefined) return end === undefined ? [] : [`Ended ${end}`];
  if (state === 'info' || state === 'test')
    return end === undefined || end === start ? [start] : [`${start} to ${end}`];
  if (end !== undefined) {
    const lasted = between(startedAt, endedAt);
    return [`Started ${start}`, `Ended ${end}${lasted > 0 ? `, after ${durationOf(lasted)}` : ''}`];
  }
  const since = between(startedAt, receivedAt);
  const before =
    state === 'firing' && since >= 60_000 && since < year ? `, ${durationOf(since)} before this mail` : '';
  return [`Started ${start}${before}`];
}

/** Tables of fixed width, as backup tools and shell scripts write them: several lines with gaps inside. */
const hasColumns = (text: string): boolean =>
  text
    .split('\n', 200)
    .filter((line) => line.length < 400 && /\S {3,}\S|\S {2,}\S+ {2,}\S|^\s*\|.*\|$|-{8}/.test(line))
    .length >= 2;

/** Most places named in a line of the list. */
const placeLimit = 3;

function linesOf(alerts: readonly Alert[]): readonly Line[] {
  const lines = new Map<string, Line & { count: number; readonly places: string[] }>();
  for (const alert of alerts) {
    const title = shortened(titleOf(alert), 120);
    const badge = badgeOf(alert);
    const key = `${badge}\n${title}`;
    const line = lines.get(key) ?? { tone: toneOf(alert), badge, title, count: 0, places: [] };
    lines.set(key, line);
    line.count += 1;
    if (line.places.length >= placeLimit) continue;
    const place = placeOf(alert, title);
    if (place !== undefined && !line.places.includes(place)) line.places.push(place);
  }
  return [...lines.values()];
}

/** `db-01, db-02, db-03, …`; empty when no place is known. */
export const placesOf = ({ places, count }: Line): string =>
  places.join(', ') + (places.length === placeLimit && count > placeLimit ? ', …' : '');

function notesOf(notes: readonly string[], room: Room): readonly string[] {
  return notes
    .map((note) => shortened(oneLine(note), 500))
    .filter(Boolean)
    .slice(0, room.notes);
}

function footerOf(
  { source }: Alert,
  { zone, receivedAt, hook, raw }: Occasion,
  { body }: Attached,
): readonly string[] {
  const time = timeIn(zone, receivedAt);
  const as = shortened(oneLine(source), 40);
  return [
    `Received by the hook “${shortened(oneLine(hook), 60)}”${time === undefined ? '' : ` on ${time}`}${as === '' ? '' : `, read as ${as}`}.`,
    ...(body === undefined || raw === undefined
      ? []
      : [`The request as it came is attached as ${body} (${sizeOf(raw.bytes.length)}).`]),
  ];
}
