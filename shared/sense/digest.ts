/**
 * A storm's digest, as something that a letter can be written about. Pure.
 */
import type { AlertFile, AlertGroup, AlertState, Fact, Link } from '../alerts/alert.ts';
import { durationOf, timeIn } from '../alerts/letter/when.ts';
import { stateWords } from '../alerts/letter/wording.ts';
import { worst } from '../alerts/rank.ts';
import { fileRoom } from './held-files.ts';
import { firing, type Sighting, type Tally, type TallyLine } from './tally.ts';

/** What a digest is about. */
export interface DigestFacts {
  readonly hook: string;
  /** IANA name. */
  readonly zone: string;
  /** When the storm began, in milliseconds since 1970: the digests of one storm stand together. */
  readonly storm: number;
  /** Those that were kept. */
  readonly files?: readonly AlertFile[];
  /** Why they may not be sent after all; a sentence. */
  readonly barred?: string;
}

/** Most alerts that are named as firing. */
const mostNamed = 20;

/** Most links. */
const mostLinks = 8;

/** The digest as one alert, whose facts are the lines. */
export function digestOf(tally: Tally, facts: DigestFacts): AlertGroup {
  const { hook, zone, storm, files = [] } = facts;
  const { alerts, calls, lines, others, unlisted } = tally;
  const now = firing(tally);
  const total = (state: AlertState) =>
    lines.reduce((sum, line) => sum + (line.state === state ? line.count : 0), 0);
  const states = ['firing', 'acknowledged', 'resolved', 'info', 'test'] as const;
  const counts = states
    .filter((state) => total(state) > 0)
    .map((state) => `${total(state)} ${stateWords[state].toLowerCase()}`);
  const standing = now.length + unlisted;
  // An alert that cannot be told from others may still be firing, for all that anybody knows.
  const anonymous = lines.some(({ state }) => state === 'firing') && Object.keys(tally.standing).length === 0;
  const state: AlertState =
    standing > 0 || anonymous ? 'firing' : total('resolved') > 0 ? 'resolved' : (lines[0]?.state ?? 'info');
  const firingLines = lines.filter((line) => line.state === 'firing');
  return {
    kind: 'alerts',
    alerts: [
      {
        source: 'postrider',
        title: `${plural(alerts, 'alert')} in ${durationOf(Math.max(1000, tally.to - tally.from))}: ${headline(lines)}`,
        severity:
          state === 'resolved'
            ? 'ok'
            : worst(
                (state === 'firing' && firingLines.length > 0 ? firingLines : lines).map(
                  ({ severity }) => severity,
                ),
              ),
        state,
        summary: [
          `The hook "${hook}" was called ${calls === 1 ? 'once' : `${calls} times`} from ${timeIn(zone, new Date(tally.from)) ?? ''} to ${timeIn(zone, new Date(tally.to)) ?? ''}, more often than it sends single mails. This mail stands for all of them: ${[...counts, ...(others > 0 ? [`${others} others`] : [])].join(', ')}.`,
          standingText(tally),
        ]
          .filter(Boolean)
          .join('\n\n'),
        facts: [
          ...lines.map((line) => factOf(line, zone)),
          ...(others > 0 ? [{ name: 'More', value: `${plural(others, 'alert')} with other titles` }] : []),
        ],
        links: linksOf(lines),
        startedAt: new Date(tally.from),
        threadKey: `storm\0${hook}\0${storm}`,
      },
    ],
    ...(files.length > 0 ? { files } : {}),
    ...(tally.files > files.length ? { notes: [missingText(tally, facts)] } : {}),
  };
}

/** Which files are not attached, and why. */
function missingText({ files: all, left = [] }: Tally, { files = [], barred }: DigestFacts): string {
  const count = all - files.length;
  const what = `${plural(count, 'file')} that came with these alerts ${count === 1 ? 'is' : 'are'} not attached`;
  if (barred !== undefined) return `${what}. ${barred}`;
  const named = left.slice(0, count);
  const more = count - named.length;
  const names = [
    ...named.map(({ filename, size, why }) => `${filename} (${why === 'large' ? sizeOf(size) : 'no room'})`),
    ...(more > 0 ? [named.length > 0 ? `${more} more` : 'not kept'] : []),
  ].join(', ');
  const { each, files: most, all: together } = fileRoom;
  return `${what}: ${names}. Of alerts that are held, ${most} files are kept, of ${sizeOf(each)} each and ${sizeOf(together)} together.`;
}

const sizeOf = (bytes: number): string =>
  bytes < 1024 * 1024
    ? `${Math.ceil(bytes / 1024)} KiB`
    : `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`;

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function headline(lines: readonly TallyLine[]): string {
  const titles = [...new Set(lines.map(({ title }) => title))];
  const [first = 'no title', second, ...more] = titles;
  return `${first}${second === undefined ? '' : `; ${second}`}${more.length > 0 ? ` and ${more.length} more` : ''}`;
}

/** Who is firing now. */
function standingText(tally: Tally): string {
  const now = firing(tally);
  if (now.length === 0 && tally.unlisted === 0)
    return Object.keys(tally.standing).length > 0 ? 'Nothing of this is firing any more.' : '';
  const named = now
    .slice(0, mostNamed)
    .map(
      ({ title, place, severity }) => `– ${title}${place === undefined ? '' : `, ${place}`} (${severity})`,
    );
  const more = now.length - named.length + tally.unlisted;
  return [`Firing at the end:`, ...named, ...(more > 0 ? [`– and ${more} more`] : [])].join('\n');
}

const seen = ({ at, place }: Sighting, zone: string): string =>
  `${timeIn(zone, new Date(at)) ?? ''}${place === undefined ? '' : ` at ${place}`}`;

function factOf({ title, state, severity, count, first, last }: TallyLine, zone: string): Fact {
  const times = count === 1 ? seen(first, zone) : `first ${seen(first, zone)}\nlast ${seen(last, zone)}`;
  return { name: `${count} × ${stateWords[state].toLowerCase()}`, value: `${title} (${severity})\n${times}` };
}

const linksOf = (lines: readonly TallyLine[]): readonly Link[] =>
  lines.flatMap(({ title, url }) => (url === undefined ? [] : [{ label: title, url }])).slice(0, mostLinks);
