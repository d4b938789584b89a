/**
 * One line that would do as a subject, out of whatever fields there are.
 *
 * Four sorts of fields serve: a headline says it all; a thing has a name (a monitor, a host) and needs to be told what is with it; a
 * message tells that; an event is a code such as `check.down`.
 */
import type { Leaf } from './leaves.ts';
import { weights, wordSet } from './names.ts';
import { distance, isBeside, isFormer } from './place.ts';
import {
  firstLine,
  isEncoded,
  isOpaque,
  isPlaceholder,
  isTime,
  isUrl,
  saysSomething,
  shorten,
} from './value.ts';

/** Longest title, in UTF-16 units. */
const titleLimit = 120;

const headlineKeys = weights({
  100: 'title subject headline alerttitle alertsubject incidenttitle problemtitle eventtitle notificationtitle messagetitle issuetitle',
  96: 'alertname alarmname alertrulename problemname incidentname eventtriggername triggername ruletitle',
  92: 'summary shortdescription shortmessage descriptiontitle shortsummary subjectline formtitle briefdescription',
  88: 'rulename alertrule conditionname condition eventname problem displaytitle caption heading pretext fallback',
});

const headlineEnds = wordSet('title subject headline summary');

const thingKeys = weights({
  88: 'fullname pathwithnamespace',
  84: `monitorname monitorfriendlyname checkname friendlyname displayname servicename servicedesc sensorname devicename jobname
    taskname pipelinename workflowname planname backupname cameraname zonename pagename componentname testname
    monitordisplayname snitchname scenarioname probename formname campaignname probe`,
  80: 'monitor check name service component sensor camera zone probe task plan backup job pipeline workflow',
  70: `devicelabel deviceid device resourcename resource entityname entity entityid endpoint instancename hostname host hostalias
    hostdisplayname node nodename machine computername computer server servername target instance site sitename domain vm vmname
    printer printername ups upsname searchname applicationname project projectname repository repo store shop
    queue database db cluster clustername `,
  60: 'label alias app application appname',
  40: 'location channel topic unit policyname',
  20: 'url uri targeturl monitorurl website link monitortarget',
});

/** Things that tell where, and go after a headline: `High load (web-01)`. */
const hostKeys = wordSet(
  'hostname host hostalias hostdisplayname node nodename machine computername computer server servername instance devicename device vm vmname',
);

const messageKeys = weights({
  90: 'message msg text alertmessage serviceoutput longmessage statusmessage notificationmessage fullmessage shortmessage messagetext plaintext',
  84: 'description desc body content alertdescription output hostoutput newstatereason',
  80: 'details detail alertdetails detailedmessage longdescription reason cause incidentreason errormessage failurereason lasterror',
  72: 'error info comment comments note notes remark answer resulttext log logs explanation descriptiontext longoutput stateinfo statusreason',
});

const messageEnds = wordSet('message description reason output text details');

const eventKeys = weights({
  90: 'eventtype event eventname webhookevent notificationtype alerttype',
  80: 'action type kind topic eventcode trigger objectkind subtype status state currentstate alertstatus result conclusion',
});

/** Titles that say no more than that there is one. */
const emptyTitles =
  wordSet(`alert alerts notification alarm event warning error message webhook problem info status test critical
  update report failure incident hello none null undefined unknown default na nan ok trigger new`);

/** A title, and where it was found. */
export interface TitleFound {
  readonly title: string;
  /** The text that tells more, whole; undefined when the title holds all of it. */
  readonly summary?: string;
  /** The lines that the title was made of, as written: they may tell the state. */
  readonly said: readonly string[];
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
  const headed = pick(usable, (leaf) => weightOf(leaf, headlineKeys, headlineEnds, 80), isLine);
  const thing = pick(usable, thingWeight, isName);
  // The title of an article in an order is not that of the order.
  const headline = headed && thing && headed.weight < 70 && thing.weight > headed.weight ? undefined : headed;
  const sentence = pick(
    usable,
    (leaf) => weightOf(leaf, messageKeys, messageEnds, 60) || eventSentence(leaf),
    isLine,
  );
  const event = pick(usable, eventWeight, isName);
  const message = longerOf(sentence, headline);

  const title = compose(headline, thing, message, event, leaves);
  const whole = message?.leaf.text ?? '';
  const repeats = whole === '' || title.text.includes(whole) || whole === headline?.leaf.text;
  const cutHeadline = headline && !title.text.includes(headline.line) ? headline.leaf.text : undefined;
  const summary = repeats ? (severalLines(headline) ?? cutHeadline) : whole;
  const shown = [headline, message].flatMap((one) =>
    one && (summary === one.leaf.text || title.text.includes(one.leaf.text)) ? [one.leaf] : [],
  );
  return {
    title: title.text,
    ...(summary === undefined ? {} : { summary }),
    said: [headline, message].flatMap((one) => (one ? [firstLine(one.leaf.text)] : [])),
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
  leaves: readonly Leaf[],
): { readonly text: string; readonly found: boolean } {
  const say = (text: string) => ({ text: shorten(text, titleLimit), found: true });
  if (headline) {
    // A NAS gives its own name as the title, others give the word "Alert".
    const bare =
      emptyTitles.has(headline.line.toLowerCase().replaceAll(/[^a-z]/g, '')) || isHost(headline.line, leaves);
    if (bare && message && !same(message.line, headline.line)) return say(join(headline.line, message.line));
    if (bare && thing && !same(thing.line, headline.line)) return say(join(thing.line, headline.line));
    const repository = leaves.find(isRepository)?.text;
    const line =
      repository === undefined || mentions(headline.line, repository)
        ? headline.line
        : join(repository, headline.line);
    return say(withHost(line, leaves));
  }
  if (thing && message) {
    const where = hostKeys.has(thing.leaf.key) ? thing.line : withHost(thing.line, leaves);
    return say(
      mentions(message.line, thing.line) ? withHost(message.line, leaves) : join(where, message.line),
    );
  }
  if (message) {
    const short = event && !message.line.includes(' ') && !same(event.line, message.line);
    return say(short ? join(event.line, message.line) : message.line);
  }
  if (thing) {
    const more = event && !same(event.line, thing.line) ? event.line : listing(leaves, thing.leaf);
    return say(more === '' ? thing.line : join(thing.line, more));
  }
  const listed = listing(leaves);
  if (event) return say(event.line.length < 20 && listed !== '' ? join(event.line, listed) : event.line);
  return { text: shorten(listed, titleLimit), found: false };
}

/** Says where, when the line does not: `High load (web-01)`. */
function withHost(line: string, leaves: readonly Leaf[]): string {
  const host = leaves.find(
    (leaf) => hostKeys.has(leaf.key) && leaf.index === 0 && isName(leaf.text) && distance(leaf) < 20,
  );
  const add = host && line.length + host.text.length < 90 && !mentions(line, host.text);
  return add ? `${line} (${host.text})` : line;
}

/** The full name of a repository, without which the title of an issue or a build tells little. */
const isRepository = (leaf: Leaf): boolean =>
  leaf.text.length <= 80 &&
  (/^(?:fullname|pathwithnamespace|repositoryname|repofullname)$/.test(leaf.key) ||
    /^(?:repository|repo)$/.test(leaf.key)) &&
  leaf.around.length <= 2 &&
  !isUrl(leaf.text);

const join = (one: string, other: string): string => `${shorten(one, 70)}: ${other}`;
const fold = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
const same = (one: string, other: string): boolean => fold(one) === fold(other);
const mentions = (text: string, name: string): boolean => fold(text).includes(fold(name));

const isHost = (line: string, leaves: readonly Leaf[]): boolean =>
  leaves.some((leaf) => hostKeys.has(leaf.key) && leaf.text === line);

/** The best of the fields that have a weight. */
function pick(
  leaves: readonly Leaf[],
  weigh: (leaf: Leaf) => number,
  fits: (line: string) => boolean,
): Candidate | undefined {
  let best: Candidate | undefined;
  for (const leaf of leaves) {
    const known = weigh(leaf);
    if (known <= 0) continue;
    const weight = known - distance(leaf);
    if (weight <= (best?.weight ?? 0)) continue;
    const line = withoutState(firstLine(leaf.text));
    if (fits(line)) best = { leaf, line, weight };
  }
  return best;
}

function weightOf(
  leaf: Leaf,
  known: ReadonlyMap<string, number>,
  ends: ReadonlySet<string>,
  other: number,
): number {
  const weight = known.get(leaf.key);
  if (weight !== undefined) return weight;
  if (ends.has(leaf.words.at(-1) ?? '')) return other;
  // `issue: {title: {text: …}}`, `message: {text, html}`.
  const parent = leaf.around.at(-1)?.join('') ?? '';
  return /^(?:text|value|plain|en)$/.test(leaf.key) ? (known.get(parent) ?? 0) - 2 : 0;
}

/** An address is the name of a thing that has no other. */
function thingWeight(leaf: Leaf): number {
  if (leaf.listed) return 0;
  const weight = thingKeys.get(leaf.key) ?? nameOfThing(leaf);
  return isUrl(leaf.text) ? Math.min(weight, 45) : weight;
}

/** `event: "check.down"`, `event: {code: "DEVICE_OFFLINE"}`. */
function eventWeight(leaf: Leaf): number {
  if (isBeside(leaf) || leaf.listed) return 0;
  const parent = leaf.around.at(-1)?.join('') ?? '';
  if (/^(?:code|name|type|category)$/.test(leaf.key) && eventKeys.has(parent)) return 82;
  // Deep inside, a type or a status is that of a part.
  if (leaf.around.length > 1 && /^(?:type|kind|status|state)$/.test(leaf.key)) return 0;
  return eventKeys.get(leaf.key) ?? (leaf.words.at(-1) === 'event' ? 60 : 0);
}

/** `pump_name` names a thing, and `device_id` does when nothing else does. */
function nameOfThing(leaf: Leaf): number {
  if (leaf.words.length === 2 && leaf.words[1] === 'name' && !notThings.has(leaf.words[0] ?? '')) return 56;
  return /^(?:id|uid|eui|ref|number|key)$/.test(leaf.words.at(-1) ?? '') &&
    thingKeys.has(leaf.words.slice(0, -1).join(''))
    ? 45
    : 0;
}

const notThings =
  wordSet(`first last middle full given family nick user login owner file path class type schema policy tenant
  account organization organisation company provider author sender customer contact`);

/** `event: "The IP 1.2.3.4 was banned"`: a sentence where others put a code. */
const eventSentence = (leaf: Leaf): number =>
  eventKeys.has(leaf.key) && /\S\s+\S+\s+\S/.test(leaf.text.slice(0, 300)) ? 91 : 0;

function usableText(leaf: Leaf): boolean {
  return (
    leaf.kind !== 'boolean' && !isPlaceholder(leaf.text) && saysSomething(leaf.text) && !isEncoded(leaf.text)
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
  (isUrl(line) || !isUuid(line));

const isUuid = (line: string): boolean => /^[0-9a-f-]{30,}$/i.test(line);

/** Without the state in brackets that some senders put in front: it is told apart from the title. */
const withoutState = (line: string): string =>
  line.replace(
    /^\[(?:firing|alerting|resolved|ok|problem|recovery|alert|down|up|triggered|no ?data|critical|warning|error)(?::\s?\d+)?\]\s*(?=\S)/i,
    '',
  );

const severalLines = (headline: Candidate | undefined): string | undefined =>
  headline && /\n/.test(headline.leaf.text.trim()) ? headline.leaf.text : undefined;

/** A message that is the headline over again tells nothing more, unless it is longer. */
function longerOf(message: Candidate | undefined, headline: Candidate | undefined): Candidate | undefined {
  return message && headline && message.leaf === headline.leaf ? undefined : message;
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
      !isPlaceholder(leaf.text),
  );
  const measured = shown.filter((leaf) => listed.has(leaf.key));
  // Beside a name only what is known to be telling is worth the space.
  const chosen = measured.length > 0 ? measured : but ? [] : shown;
  return chosen
    .slice(0, 3)
    .map((leaf) => (leaf.name === '' ? leaf.text : `${leaf.name.split('.').at(-1)}: ${leaf.text}`))
    .join(', ');
}
