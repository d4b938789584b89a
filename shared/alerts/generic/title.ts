/**
 * One line that would do as a subject, out of whatever fields there are.
 *
 * Four sorts of fields serve: a headline says it all; a thing has a name (a monitor, a host) and needs to be told what is with it; a
 * message tells that; an event is a code such as `check.down`.
 */
import { readable } from './html-text.ts';
import type { Leaf } from './leaves.ts';
import { wordSet } from './names.ts';
import { distance, isBeside, isFormer, isSecret } from './place.ts';
import {
  eventWeight,
  headlineWeight,
  isHostKey,
  isOwner,
  isPlainState,
  isStateOfTicket,
  ofCommit,
  messageWeight,
  repositoryOf,
  isSort,
  saysLittle,
  thingWeight,
} from './title-fields.ts';
import {
  firstLine,
  isEncoded,
  isOpaque,
  isPlaceholder,
  isTime,
  isToken,
  isUrl,
  saysSomething,
  shorten,
} from './value.ts';

/** Longest title, in UTF-16 units. */
const titleLimit = 120;

/** A title, and where it was found. */
export interface TitleFound {
  readonly title: string;
  /** The text that tells more, whole; undefined when the title holds all of it. */
  readonly summary?: string;
  /** The lines that the title was made of, as written: they may tell the state. */
  readonly said: readonly string[];
  /** The texts that the title was made of, whole and with their marks. */
  readonly raw: readonly string[];
  /** Fields that title or summary show wholly. */
  readonly shown: readonly Leaf[];
  /** Whether any field was made for the purpose; a list of values is no title, but better than none. */
  readonly found: boolean;
  /** Whether there is a field that is a headline by its name. */
  readonly headed: boolean;
}

interface Candidate {
  readonly leaf: Leaf;
  readonly line: string;
  readonly weight: number;
}

/** Finds a title, and the text to go with it. */
export function findTitle(leaves: readonly Leaf[]): TitleFound {
  const usable = leaves.filter((leaf) => leaf.index === 0 && !isFormer(leaf) && usableText(leaf));
  const headed = pick(usable, headlineWeight, isLine);
  const first = pick(usable, thingWeight, isName, isSort);
  const thing = inFull(first, leaves);
  // The title of an article in an order is not that of the order.
  const headline = headed && thing && headed.weight < 70 && thing.weight > headed.weight ? undefined : headed;
  const sentence = pick(usable, messageWeight, isLine);
  const event = pick(usable, eventWeight, isName);
  const message = longerOf(
    sentence && ofCommit(sentence.leaf) && event && isCoded(event) ? undefined : sentence,
    headline,
  );

  // A rule names what is wrong, and leaves it to another field to say with what.
  const what =
    first?.leaf.key === 'rule'
      ? pick(
          usable.filter((leaf) => leaf !== first.leaf),
          thingWeight,
          isName,
          isSort,
        )
      : undefined;
  // What a headline belongs to; where there is none, another thing beside the first: the service of a host.
  const other = pick(
    usable.filter((leaf) => (headline ? isOwner(leaf, headline.leaf) : leaf.text !== first?.leaf.text)),
    thingWeight,
    isName,
    isSort,
  );
  const title = compose(headline, thing, message, what && !isUrl(what.line) ? what : event, other, leaves);
  const whole = readable(message?.leaf.text ?? '');
  const repeats = whole === '' || title.text.includes(whole) || whole === headline?.leaf.text;
  const cutHeadline = headline && !title.text.includes(headline.line) ? headline.leaf.text : undefined;
  const summary = repeats ? (severalLines(headline) ?? cutHeadline) : whole;
  const shown = [headline, message].flatMap((one) =>
    one && (summary === readable(one.leaf.text) || title.text.includes(one.leaf.text)) ? [one.leaf] : [],
  );
  return {
    title: title.text,
    ...(summary === undefined ? {} : { summary }),
    said: [headline, message].flatMap((one) => (one ? [firstLine(readable(one.leaf.text))] : [])),
    raw: [headline, message].flatMap((one) => (one ? [one.leaf.text] : [])),
    shown,
    found: title.found,
    headed: headline !== undefined,
  };
}

function compose(
  headline: Candidate | undefined,
  thing: Candidate | undefined,
  message: Candidate | undefined,
  event: Candidate | undefined,
  other: Candidate | undefined,
  leaves: readonly Leaf[],
): { readonly text: string; readonly found: boolean } {
  const say = (text: string) => ({ text: shorten(text, titleLimit), found: true });
  if (headline) {
    // A NAS gives its own name as the title, others give the word "Alert".
    const bare = saysLittle(headline.line) || isHost(headline.line, leaves);
    if (bare && message && !same(message.line, headline.line)) return say(join(headline.line, message.line));
    if (bare && thing && !same(thing.line, headline.line)) return say(join(thing.line, headline.line));
    const owner = repositoryOf(leaves) ?? (other && isWorthNaming(other, headline) ? other.line : undefined);
    const line =
      owner === undefined || mentions(headline.line, owner) ? headline.line : join(owner, headline.line);
    return say(withHost(line, leaves));
  }
  // A number is no name, beside a sentence.
  if (thing && message && !/^\d+$/.test(thing.line) && !isCode(thing)) {
    const where = isHostKey(thing.leaf) ? thing.line : withHost(thing.line, leaves);
    return say(
      mentions(message.line, thing.line) ? withHost(message.line, leaves) : join(where, message.line),
    );
  }
  if (message) {
    const told = message.line.includes(' ') && (message.line.length >= 30 || !tellsMore(event, message));
    if (told) return say(message.line);
    const more = event && !same(event.line, message.line) ? event.line : '';
    if (more !== '') return say(join(more, message.line));
    const beside = message.line.length < 15 ? listing(leaves, message.leaf) : '';
    return say(beside === '' ? message.line : join(message.line, beside));
  }
  if (thing) {
    const telling =
      event && !same(event.line, thing.line) && !saysLittle(event.line) && !isPlainState(event.line);
    const more = telling
      ? event.line
      : (measurement(leaves, thing.leaf) ?? listing(leaves, thing.leaf)) ||
        (event && !isPlainState(event.line) ? event.line : '') ||
        (other && other.weight > 72 && other.leaf.key !== 'name' && isNews(other.line, thing.line)
          ? other.line
          : '');
    // A number says more behind what it is about.
    if (telling && isOpaque(thing.line) && !isAddress(thing.line))
      return say(`${event.line} (${thing.line})`);
    const where = isHostKey(thing.leaf) ? thing.line : withHost(thing.line, leaves);
    return say(more === '' ? where : join(where, more));
  }
  const listed = listing(leaves, event?.leaf);
  if (event) return say(event.line.length < 20 && listed !== '' ? join(event.line, listed) : event.line);
  return { text: shorten(listed, titleLimit), found: false };
}

/** `Deployment.failed`: more than a word, for machines or for people. */
const isCoded = (event: Candidate): boolean => /[\p{L}\d][\s._:-]\p{L}/u.test(event.line);

/** `device_id: "CNF7JSS9L1"`, which nobody knows by heart. */
const isCode = ({ leaf, line }: Candidate): boolean =>
  /^(?:id|uid|serial|serialnumber|uuid)$/.test(leaf.words.at(-1) ?? '') &&
  /^(?=.*\d.*\d)[A-Z\d]{8,}$/.test(line);

/** `bounce` before "500 unknown recipient". */
const tellsMore = (event: Candidate | undefined, message: Candidate): boolean =>
  event !== undefined &&
  !saysLittle(event.line) &&
  !isStateOfTicket(event.line) &&
  !isSort(event.line) &&
  event.line.length > 3 &&
  !mentions(message.line, event.line);

/** Says where, when the line does not: `High load (web-01)`. */
function withHost(line: string, leaves: readonly Leaf[]): string {
  const host = leaves.find(
    (leaf) =>
      isHostKey(leaf) && leaf.index === 0 && isName(leaf.text) && !isUrl(leaf.text) && distance(leaf) < 20,
  );
  const add = host && line.length + host.text.length < 90 && !mentions(line, host.text);
  return add ? `${line} (${host.text})` : line;
}

const join = (one: string, other: string): string => `${shorten(one, 70)}: ${other}`;
const fold = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
const same = (one: string, other: string): boolean => fold(one) === fold(other);
const mentions = (text: string, name: string): boolean => text.toLowerCase().includes(name.toLowerCase());

/** `api` of `acme/api` goes by its full name. */
function inFull(thing: Candidate | undefined, leaves: readonly Leaf[]): Candidate | undefined {
  const full = thing && repositoryOf(leaves);
  if (!thing || full === undefined) return thing;
  return thing.weight < 60 || full.endsWith(`/${thing.line}`) ? { ...thing, line: full } : thing;
}

/** Whether what a headline belongs to is worth its place before it: known for it, and not far from it. */
const isWorthNaming = (thing: Candidate, headline: Candidate): boolean =>
  thing.weight >= 55 &&
  !isSort(thing.line) &&
  !isUrl(thing.line) &&
  thing.line.length <= 50 &&
  headline.line.length <= 90 &&
  !mentions(thing.line, headline.line);

/** A name that is not the other over again, nor its address. */
const isNews = (line: string, name: string): boolean =>
  !isUrl(line) && !isOpaque(line) && !mentions(name, line) && !mentions(line, name);

const isHost = (line: string, leaves: readonly Leaf[]): boolean =>
  leaves.some((leaf) => isHostKey(leaf) && leaf.text === line);

/** The best of the fields that have a weight. */
function pick(
  leaves: readonly Leaf[],
  weigh: (leaf: Leaf) => number,
  fits: (line: string) => boolean,
  isPoor: (line: string) => boolean = saysLittle,
): Candidate | undefined {
  let best: Candidate | undefined;
  for (const leaf of leaves) {
    const known = weigh(leaf);
    if (known <= 0) continue;
    const full = known - distance(leaf);
    if (full <= (best?.weight ?? 0)) continue;
    const line = withoutState(firstLine(readable(leaf.text)));
    // "You have a new alert!" is better than nothing, but than nothing only.
    const weight = isPoor(line) ? full - 40 : full;
    if (weight > (best?.weight ?? 0) && fits(line)) best = { leaf, line, weight };
  }
  return best;
}

function usableText(leaf: Leaf): boolean {
  return (
    leaf.kind !== 'boolean' &&
    !isSecret(leaf) &&
    !isPlaceholder(leaf.text) &&
    saysSomething(leaf.text) &&
    !isEncoded(leaf.text)
  );
}

const isLine = (line: string): boolean =>
  line.length > 1 &&
  !isOpaque(line) &&
  !isTime(line) &&
  !isUrl(line) &&
  !/^[{[].*[}\]]$/.test(line.slice(0, 200)) &&
  !/^(?:null|none|n\/a|undefined|true|false)$/i.test(line);

const isName = (line: string): boolean =>
  line.length > 0 &&
  line.length <= 200 &&
  !/^\d{6,}$/.test(line) &&
  !isTime(line) &&
  !/^[{[]/.test(line) &&
  (isUrl(line) || !(isUuid(line) || isToken(line)));

const isAddress = (line: string): boolean => /^\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?$/.test(line);

const isUuid = (line: string): boolean => /^[0-9a-f-]{30,}$/i.test(line);

/** Without the time, and the state in brackets, that some senders put in front: both are told apart from the title. */
const withoutState = (line: string): string =>
  line
    .replace(/^subject:\s+(?=\S)/i, '')
    .replace(/^\[\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]\s*(?=\S)/, '')
    .replace(/^(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?[:\s]\s*(?=\S)/, '')
    .replace(
      /^\[(?:firing|alerting|resolved|ok|problem|recovery|alert|down|up|triggered|no ?data|critical|warning|error)(?::\s?\d+)?\]\s*(?=\S)/i,
      '',
    );

const severalLines = (headline: Candidate | undefined): string | undefined =>
  headline && /\n/.test(headline.leaf.text.trim()) ? headline.leaf.text : undefined;

/** A message that is the headline over again tells nothing more, unless it is longer. */
function longerOf(message: Candidate | undefined, headline: Candidate | undefined): Candidate | undefined {
  return message && headline && message.leaf === headline.leaf ? undefined : message;
}

const metricKey = /^(?:metric|metricname|measure|counter|metriclabel|reading)$/;
const readingKey =
  /^(?:value|currentvalue|curvalue|metricvalue|actualvalue|measuredvalue|triggervalue|lastvalue|observedvalue)$/;

/** What was measured: `CPUUtilization: 95`. */
function measurement(leaves: readonly Leaf[], but: Leaf): string | undefined {
  const own = leaves.filter(
    (leaf) => leaf !== but && leaf.index === 0 && leaf.text.length <= 60 && !isBeside(leaf),
  );
  const [metric, value] = [metricKey, readingKey].map((key) => own.find((leaf) => key.test(leaf.key))?.text);
  if (metric === undefined) return undefined;
  return value === undefined ? metric : `${metric}: ${value}`;
}

const listed = wordSet(
  'temperature temp humidity hum battery batterylevel voltage power energy state status value level motion door co2 pressure',
);

/** The first few values as a line, the measurements of devices first: `temperature: 21.5, humidity: 40`. */
function listing(leaves: readonly Leaf[], but?: Leaf): string {
  const shown = leaves.filter(
    (leaf) =>
      leaf !== but &&
      !isBeside(leaf) &&
      leaf.text.length <= 60 &&
      !isTime(leaf.text) &&
      !isUrl(leaf.text) &&
      (leaf.kind === 'number' || !isOpaque(leaf.text) || /^-?\d{1,6}(?:\.\d+)?$/.test(leaf.text)) &&
      !/^(?:id|version|to|from|timestamp|time|ts|date)$/.test(leaf.words.at(-1) ?? '') &&
      !isPlainState(leaf.text) &&
      !isPlaceholder(leaf.text),
  );
  const measured = shown.filter(
    (leaf) =>
      listed.has(leaf.key) ||
      (leaf.kind !== 'boolean' && /^(?:temp|humid|windspeed|batt|volt)[a-z]{0,12}\d?$/.test(leaf.key)),
  );
  // Beside a name only what is known to be telling is worth the space.
  const chosen = measured.length > 0 ? measured : but && thingWeight(but) > 0 ? [] : shown;
  return chosen
    .slice(0, 3)
    .map((leaf) => (leaf.name === '' ? leaf.text : `${leaf.name.split('.').at(-1)}: ${leaf.text}`))
    .join(', ');
}
