/**
 * Which fields serve a title, by how surely: headlines, names of things, messages and codes of events.
 */
import type { Leaf } from './leaves.ts';
import { weights, wordSet } from './names.ts';
import { isBeside } from './place.ts';
import { isUrl } from './value.ts';

const headlineKeys = weights({
  100: 'title subject headline alerttitle alertsubject incidenttitle problemtitle eventtitle notificationtitle messagetitle issuetitle',
  96: 'alertname alarmname alertrulename problemname incidentname eventtriggername triggername ruletitle entitydisplayname',
  92: 'summary shortdescription shortmessage descriptiontitle shortsummary subjectline formtitle briefdescription',
  88: 'rulename alertrule conditionname condition eventname problem displaytitle caption heading pretext fallback detectionname',
  86: 'threatname malwarename virusname vulnerabilityname attackname signaturename anomalyname',
});

const headlineEnds = wordSet('title subject headline summary');

const thingKeys = weights({
  88: 'fullname pathwithnamespace repofullname projectfullname repositoryfullname',
  86: 'exceptionclass errorclass exceptiontype klass signature',
  85: 'checkname testname taskname',
  84: `monitorname monitorfriendlyname displayname servicename servicedesc sensorname devicename jobname
    pipelinename workflowname planname backupname cameraname zonename pagename componentname
    monitordisplayname snitchname scenarioname formname campaignname detectorname buildername
    alertpolicyname alarmpolicyname policyname`,
  80: 'monitor check name service component sensor camera task backup job pipeline workflow',
  78: 'friendlyname probename probe',
  70: `devicelabel deviceid device dev tracker vehicle vehiclename asset assetname robot resourcename resource entityname entity entityid endpoint instancename hostname host hostalias fqdn
    hostdisplayname node nodename machine computername computer server servername target instance domain vm vmname
    printer printername ups upsname searchname applicationname repository repo reponame repositoryname store shop
    queue database db cluster clustername entitydisplay`,
  76: 'image imagename',
  67: 'project projectname site sitename',
  66: 'zone metric metricname workspacename',
  55: 'label alias app application appname item itemname',
  50: 'plan',
  44: 'trackingcode trackingnumber invoicenumber reservationnumber',
  42: 'ordernumber number',
  46: 'topic',
  43: 'devid deveui imei serialnumber',
  40: 'location room channel unit',
  20: 'url uri targeturl monitorurl website monitortarget',
});

/** Things that tell where, and go after a headline: `High load (web-01)`. */
const hostKeys = wordSet(
  'hostname host fqdn hostalias hostdisplayname node nodename machine computername computer server servername instance devicename device vm vmname domain domainname',
);

/** Whether a field names a host: `assetHostName` and `device_hostname` as `hostname`. */
export const isHostKey = (leaf: Leaf): boolean =>
  hostKeys.has(leaf.key) ||
  leaf.words.at(-1) === 'hostname' ||
  (leaf.words.length > 2 && leaf.words.at(-1) === 'name' && hostKeys.has(leaf.words.slice(-2).join('')));

/** Things that go before a headline which does not name them: `orders-api: Build failed`. */
const owners =
  wordSet(`monitorname monitorfriendlyname checkname servicename servicedesc sensorname jobname taskname pipelinename
  workflowname planname backupname cameraname componentname testname probename workspacename buildername monitor check service component sensor
  camera job pipeline workflow project projectname repo reponame app appname application applicationname site sitename`);

/** Objects whose `name` is that of a thing the event is about: the nearer to what happened, the more it weighs. */
const nearness = weights({
  14: 'alert alarm incident problem violation finding detection alertpolicy alertrule',
  10: 'monitor check job workflow',
  6: 'service component sensor camera pipeline project application app build deployment',
});

const messageKeys = weights({
  92: 'displaymessage',
  90: 'message msg text alertmessage logmessage logmsg eventmessage problemmessage serviceoutput longmessage statusmessage statemessage notificationmessage fullmessage shortmessage messagetext plaintext',
  84: 'description desc body content alertdescription output hostoutput newstatereason',
  80: 'details detail alertdetails detailedmessage longdescription reason cause incidentreason errormessage failurereason lasterror',
  72: 'error info comment comments note notes memo remark answer resulttext log logs logentry explanation descriptiontext longoutput stateinfo statusreason',
});

const messageEnds = wordSet('message description reason output text details');

const eventKeys = weights({
  90: 'eventtype eventtypename event eventname webhookevent notificationtype alerttype',
  80: 'action type kind recordtype eventcode trigger objectkind subtype status state currentstate alertstatus alertstate result conclusion',
  72: 'topic',
});

/** Objects that are somebody. */
const people =
  wordSet(`user actor author sender assignee creator reporter customer contact owner requester committer pusher agent by person
  initiator submitter invitee guest organizer attendee attendees profile member lead`);

const notThings =
  wordSet(`first last middle full given family nick user login owner file path class type schema policy tenant
  account organization organisation company provider author sender customer contact committer creator agent event`);

/** Titles that say no more than that there is one. */
const emptyTitles =
  wordSet(`alert alerts notification alarm event warning error message webhook problem info status test critical
  update report failure incident hello none null undefined unknown default na nan ok trigger new newalert newerror newincident
  newnotification newevent youhaveanewalert youhaveanewnotification alertnotification alerttriggered alertfired testalert
  job build website monitor device host service server system`);

/** Whether a line says no more than that there is something. */
export const saysLittle = (line: string): boolean =>
  emptyTitles.has(line.toLowerCase().replaceAll(/[^a-z]/g, ''));

/** States that the subject tells anyway: beside a name they tell nothing. */
const plainStates = wordSet(
  'firing fired trigger triggered alerting problem resolve resolved recovered recovery ok clear cleared acknowledge acknowledged',
);

/** Whether a line is but a state, as `firing`, and not what happened, as `offline`. */
export const isPlainState = (line: string): boolean => plainStates.has(line.toLowerCase());

/** The same before a sentence, where `Open` is that of a ticket and not of a window. */
export const isStateOfTicket = (line: string): boolean =>
  isPlainState(line) || /^(?:open|opened|new|active|closed|close|inactive)$/i.test(line);

/** Names of things that are but the sort of thing it is. */
const sorts = wordSet(
  'alert error event job build website monitor device host instance service server system unknown none null default',
);

/** Whether a name says no more than what sort of thing bears it. */
export const isSort = (line: string): boolean => sorts.has(line.toLowerCase());

/** How surely a field is a headline; 0 is not at all. */
export const headlineWeight = (leaf: Leaf): number =>
  // `alert: "Server side error"`, beside `alert: "on"`.
  /^(?:alert|alarm|topic)$/.test(leaf.key) && isWords(leaf)
    ? 94
    : leaf.key === 'eventname' && !isWords(leaf)
      ? 0
      : weightOf(leaf, headlineKeys, headlineEnds, 80) - (isFormula(leaf) ? 40 : 0);

/** `condition: "avg(load) > 2"` is for machines, and `OCCUR` is a state; the name of the rule says it better. */
const isFormula = (leaf: Leaf): boolean =>
  leaf.key === 'condition' && /^[A-Z]+$|[A-Za-z]\(|[<>=]=|(?:^|\s)[<>]\s/.test(leaf.text.slice(0, 300));

/** Words, where others have a code: `Print Failed`, not `print_failed`. */
const isWords = (leaf: Leaf): boolean => /\S\s+\S/.test(leaf.text.slice(0, 300));

/** How surely a field is a sentence that tells what happened. */
export const messageWeight = (leaf: Leaf): number =>
  (weightOf(leaf, messageKeys, messageEnds, 60) || eventSentence(leaf)) - (ofCommit(leaf) ? 15 : 0);

/** Whether a field is what somebody wrote about a change: it tells nothing of how the deployment went. */
export const ofCommit = (leaf: Leaf): boolean =>
  leaf.words[0] === 'commit' || /^(?:head)?commit$/.test(leaf.around.at(-1)?.join('') ?? '');

/** `{name: "device_status_change", data: …}` is an event's. */
const isCode = (leaf: Leaf, parent: readonly string[]): boolean =>
  parent.at(-1) === 'event'
    ? !/\s/.test(leaf.text)
    : parent.length === 0 &&
      /^[a-z]+(?:[_.:][a-z]+)*[_.:](?:changed?|created?|updated?|deleted?|started|ended|opened|closed|triggered|resolved|received|event)$/.test(
        leaf.text,
      );

const measures = wordSet('value metric measurement threshold reading');

/** How surely a field names the thing. An address is the name of a thing that has no other. */
export function thingWeight(leaf: Leaf): number {
  const parent = leaf.around.at(-1) ?? [];
  if (
    leaf.listed ||
    people.has(parent.at(-1) ?? '') ||
    /^(?:branch(?:es)?|environment|env)$/.test(parent.at(-1) ?? '')
  )
    return 0;
  // `event: {name: "repo-push"}` is a code, `value: {unit: "bits"}` a measure.
  if (leaf.key === 'name' && isCode(leaf, parent)) return 0;
  // How a message came.
  if (leaf.key === 'channel' && /^(?:https?|dns|smtp|sms|e?mail|web|api|push)$/i.test(leaf.text)) return 0;
  if (leaf.key === 'unit' && measures.has(parent.at(-1) ?? '')) return 0;
  if (leaf.key === 'exception' && /^[A-Za-z_][\w.:\\]*(?:Error|Exception)$/.test(leaf.text)) return 86;
  // A vulnerability goes by its number.
  if (/^(?:CVE-\d{4}-\d{4,10}|GHSA(?:-\w{4}){3})$/.test(leaf.text)) return 86;
  // A rule is a condition for some senders, and the name of what was found for others.
  if (leaf.key === 'rule') return isPhrase(leaf.text) ? 86 : 0;
  const file = /\.(?:json|xml|ya?ml|txt|html?|csv|log)$/i.test(leaf.text) ? 15 : 0;
  const weight = (thingKeys.get(leaf.key) ?? qualified(leaf) ?? nameOfThing(leaf)) - file;
  // A page that has an id tells of the thing and is not its name.
  if (isUrl(leaf.text))
    return /[/=-](?=[a-z-]*\d)[\w-]{6,}$/i.test(leaf.text.slice(-60)) ? 0 : Math.min(weight, 45);
  const owner = /^(?:name|displayname)$/.test(leaf.key) ? ownerOf(leaf) : undefined;
  return weight + (owner === undefined ? 0 : (nearness.get(owner) ?? 0));
}

const affecting = wordSet('affected impacted monitored failing');

/** `asset_host_name` is the name of a host. */
const qualified = (leaf: Leaf): number | undefined => {
  // `affected_service`, `device_hostname`.
  if (affecting.has(leaf.words[0] ?? '')) return thingKeys.get(leaf.words.slice(1).join(''));
  if (leaf.words.length === 2 && leaf.words[1] === 'hostname') return 70;
  const known = leaf.words.length > 2 ? thingKeys.get(leaf.words.slice(-2).join('')) : undefined;
  return known === undefined || leaf.words.slice(0, -2).some((word) => notThings.has(word))
    ? undefined
    : known - 4;
};

/** `event: "check.down"`, `event: {code: "DEVICE_OFFLINE"}`. */
export function eventWeight(leaf: Leaf): number {
  const parent = leaf.around.at(-1)?.join('') ?? '';
  // What is beside the event may still name it: `meta: {event_name: "order_created"}`.
  if (
    leaf.listed ||
    (isBeside(leaf) && !/^(?:meta|metadata|config|header|headers|hook|webhook|subscription)$/.test(parent))
  )
    return 0;
  if (/^(?:code|name|type|category|class)$/.test(leaf.key) && eventKeys.has(parent)) return 82;
  if (leaf.key === 'name' && isCode(leaf, leaf.around.at(-1) ?? [])) return 84;
  // Deep inside, a type or a status is that of a part.
  if (leaf.around.length > 1 && /^(?:type|kind|status|state)$/.test(leaf.key)) return 0;
  const last = leaf.words.at(-1) ?? '';
  // `subscriptionType: "contact.propertyChange"`.
  const coded = last === 'type' && /^[a-z]\w*[.:/]\w/i.test(leaf.text) ? 70 : 0;
  return eventKeys.get(leaf.key) ?? (last === 'event' ? 60 : coded);
}

/** Whether a field names what a headline belongs to. */
export const isOwner = (leaf: Leaf, headline: Leaf): boolean =>
  owners.has(leaf.key) ||
  (leaf.key === 'name' &&
    (leaf.around.length === 0 || ownerOf(leaf) !== undefined || inSameObject(leaf, headline)));

const inSameObject = (one: Leaf, other: Leaf): boolean =>
  one.name.slice(0, one.name.lastIndexOf('.') + 1) === other.name.slice(0, other.name.lastIndexOf('.') + 1);

const repositoryKeys =
  /^(?:fullname|pathwithnamespace|repositoryname|repositoryfullname|repofullname|projectfullname|reponame|repository|repo)$/;

/** The full name of a repository, without which the title of an issue or a build tells little. */
export function repositoryOf(leaves: readonly Leaf[]): string | undefined {
  const own = leaves.find(
    (leaf) =>
      leaf.text.length <= 80 &&
      repositoryKeys.test(leaf.key) &&
      leaf.around.length <= 2 &&
      !people.has(leaf.around.at(-1)?.at(-1) ?? '') &&
      !isUrl(leaf.text),
  );
  if (own) return own.text;
  // `repository: {owner_name: "acme", name: "api"}`.
  const inside = leaves.filter(
    ({ around, kind }) =>
      kind === 'text' && around.length <= 2 && /^repo(?:sitory)?$/.test(around.at(-1)?.join('') ?? ''),
  );
  const [name, owner] = [/^name$/, /^(?:owner|ownername|namespace|workspace)$/].map(
    (key) => inside.find((leaf) => key.test(leaf.key) && leaf.text.length <= 60)?.text,
  );
  return name === undefined || owner === undefined ? name : `${owner}/${name}`;
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
  // In each language: `title: {"en-US": …}`.
  const inner =
    /^(?:text|value|plain)$/.test(leaf.key) || /(?:^|\.)[a-z]{2}(?:[-_][A-Z]{2})?$/.test(leaf.name);
  return inner ? (known.get(parent) ?? 0) - 2 : 0;
}

/** The object that a `name` is of: `check.metadata.name` is that of the check. */
function ownerOf(leaf: Leaf): string | undefined {
  const parent = leaf.around.findLast((words) => words.at(-1) !== 'metadata')?.join('');
  return parent !== undefined && nearness.has(parent) ? parent : undefined;
}

/** `pump_name` names a thing, and `device_id` does when nothing else does. */
function nameOfThing(leaf: Leaf): number {
  if (leaf.words.length === 2 && leaf.words[1] === 'name' && !notThings.has(leaf.words[0] ?? '')) return 56;
  return /^(?:id|uid|eui|ref|number|key)$/.test(leaf.words.at(-1) ?? '') &&
    thingKeys.has(leaf.words.slice(0, -1).join(''))
    ? 45
    : 0;
}

/** Three words at least. */
const isPhrase = (text: string): boolean => /\S\s+\S+\s+\S/.test(text.slice(0, 300));

/** `event: "The IP 1.2.3.4 was banned"`: a sentence where others put a code. */
const eventSentence = (leaf: Leaf): number =>
  !/[=<>{}$]/.test(leaf.text.slice(0, 300)) &&
  ((eventKeys.has(leaf.key) && isPhrase(leaf.text)) || (leaf.key === 'trigger' && isWords(leaf)))
    ? 91
    : 0;
