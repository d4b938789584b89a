/**
 * What an event says of itself: firing, resolved, acknowledged, a mere event, or a test.
 */
import type { AlertState, Severity } from '../alert.ts';
import type { Leaf } from './leaves.ts';
import { weights, wordSet, wordsOf } from './names.ts';
import { worse } from './severity.ts';
import { distance, isAround, isBeside, isFormer } from './place.ts';
import { readFlag, readStateWord, type StateWord } from './state-words.ts';

/** Fields that tell the state, by how surely. */
const stateKeys = weights({
  100: `currentstate newstate newstatus currentstatus newstatevalue alertstate alertstatus monitorstatus monitorcondition
    incidentstatus incidentstate triggerstatus triggerstate eventstatus servicestate hoststate checkstatus monitorstate
    alerttransition notificationtype alerttypefriendlyname problemstatus problemstate upsstatus devicestate sensorstate notifytype`,
  90: 'status state stateto statusto',
  88: 'result conclusion outcome buildstatus jobstatus backupstatus joblaststatus resultstatus deploymentstatus',
  84: 'alertaction eventaction actiontype statustext statusmessage resultmessage statename statusname',
  75: 'alerttype alarmtype triggertype',
  78: 'eventtype event action transition eventname webhookevent eventcode trigger triggername topic kind objectkind type',
  74: 'clear',
  70: 'condition phase health messagetype subtype category stage level severity',
});

/** Last words of names that tell the state, too: `backup_status`, `zoneState`. */
const stateEnds = wordSet('status state result outcome condition');
const eventEnds = wordSet('event action transition');

/** Words in names and events that make the body one about an alert, rather than about an order or a song. */
const alertWords =
  wordSet(`alert alerts alertname alertid alarm alarms incident incidents monitor monitors monitorname monitorid problem
  problemid violation violations severity threshold outage downtime fault faults trigger triggerid check checkid probe sensor
  sensorid detection finding exception rule ruleid ruleuuid anomaly uptime watchdog intrusion breach vulnerability urgency detector`);

/** The same without what reports also when all is well. */
export const wrongWords: ReadonlySet<string> = new Set(
  [...alertWords].filter((word) => !/^(?:sensor|probe)/.test(word)),
);

/** Most fields that are looked at for what the body is about. */
const sampleSize = 300;

/** What can be resolved was wrong. */
const alertFlag = /^(?:is)?(?:resolved|recovered|cleared|firing|triggered|acknowledged)$/;

/** What may follow the word, which then is of a hook: `triggerEvent: "BOOKING_CREATED"`. */
const ofHook = wordSet('event type time timestamp source');

/** Whether a body is about an alert. */
export function isAlertish(leaves: readonly Leaf[], known: ReadonlySet<string> = alertWords): boolean {
  return leaves.slice(0, sampleSize).some((leaf) => {
    if (isBeside(leaf)) return false;
    // `trigger: "CLIENT_CHECKIN"` is of a hook; a sentence there is of an alert.
    if (leaf.key === 'trigger' && !/\s/.test(leaf.text)) return false;
    // `matchedRuleName` is of a filter; `ruleName` is of an alert.
    const own = leaf.words.some(
      (word, i) =>
        known.has(word) &&
        (word !== 'rule' || i === 0) &&
        (word !== 'trigger' || !ofHook.has(leaf.words[i + 1] ?? '')),
    );
    if (own) return true;
    if (known.has(leaf.key) || (leaf.kind === 'boolean' && alertFlag.test(leaf.key))) return true;
    if (leaf.around.some((words) => words.some((word) => known.has(word)))) return true;
    // `eventType: "alert"`, `type: "incident.created"`.
    return /^(?:event|type|kind|category)$/.test(leaf.words.at(-1) ?? '') && leaf.text.length < 60
      ? wordsOf(leaf.text).some((word) => known.has(word))
      : false;
  });
}

/** What was found out about the state. */
export interface StateFound {
  readonly state: AlertState;
  /** What the word implies: `down` is critical. */
  readonly severity: Severity;
  /** 0 when nothing tells. */
  readonly weight: number;
  /** Whether it says only that something came to its end, whatever that was. */
  readonly over?: boolean;
  /** Whether it says only that something came to be. */
  readonly begun?: boolean;
}

/** The state by the fields that tell it. Words of the title are the caller's last resort (`stateInTitle`). */
export function findState(leaves: readonly Leaf[], alertish: boolean): StateFound {
  let best: StateFound = { state: 'info', severity: 'unknown', weight: 0 };
  const all: StateFound[] = [];
  for (const leaf of leaves) {
    if (isFormer(leaf) || leaf.index > 0) continue;
    // What a subscription is to, or a user is: of the event it says nothing.
    if (!alertish && isBeside(leaf) && /^(?:type|kind|topic)$/.test(leaf.key)) continue;
    const weight = stateWeight(leaf);
    if (weight <= 0) continue;
    const said =
      leaf.kind === 'boolean'
        ? readFlag(leaf.key, leaf.text)
        : (readFlag(leaf.key, leaf.text) ?? wordOf(leaf));
    if (!said || (said.soft && !alertish)) continue;
    const over = said.state === 'info' && merelyOver.test(leaf.text);
    const one = {
      state: said.state,
      severity: said.severity,
      weight: weight - (said.soft ? 12 : 0) - (over ? 20 : 0),
      over,
      begun: said.soft && said.state === 'firing' && merelyBegun.test(leaf.text),
    };
    all.push(one);
    if (one.weight > best.weight) best = one;
  }
  if (best.state !== 'firing') return best;
  // `PROBLEM` in one field and `CRITICAL` in the next.
  const agreeing = all.filter(({ state, weight }) => state === best.state && weight >= 50);
  return {
    ...best,
    severity: agreeing.reduce((severity, found) => worse(severity, found.severity), best.severity),
  };
}

/** `job_complete` beside `conclusion: failure`: the end, not how it went. */
const merelyOver = /(?:completed?|finished)$/i;
const merelyBegun = /(?:^|[^a-z])(?:start|started|created?|new|begin|began|occurred)$/i;

/** `state: {name: "resolved"}` and `status: {value: 1, label: "down"}` tell by their parent. */
function stateWeight(leaf: Leaf): number {
  // How a device or a project is says little of what happened to it.
  const aside = isAround(leaf) ? 20 : 0;
  const own = weightOf(leaf.key, leaf.words);
  const parent = /^(?:name|label|text|value|code|current|new|to|type|state|status)$/.test(leaf.key)
    ? leaf.around.at(-1)
    : undefined;
  const inherited = parent ? weightOf(parent.join(''), parent) - 4 : 0;
  const flag = readFlag(leaf.key, leaf.text) ? 76 : 0;
  const weight = Math.max(own, inherited, flag);
  return weight <= 0 ? 0 : weight - distance(leaf) - aside;
}

function weightOf(key: string, words: readonly string[]): number {
  const known = stateKeys.get(key);
  if (known !== undefined) return known;
  const last = words.at(-1) ?? '';
  if (stateEnds.has(last)) return 74;
  // `statusCode: "TRIGGERED"`; a number is no word.
  if (last === 'code' && stateEnds.has(words.at(-2) ?? '')) return 78;
  // `stateChange`, `status_to`.
  if (stateEnds.has(words[0] ?? '') && /^(?:change|changed|to|now|new)$/.test(last)) return 86;
  // `check_state_name`, `alertStatusString`.
  if (/^(?:string|text|name|label)$/.test(last) && stateEnds.has(words.at(-2) ?? '')) return 80;
  return eventEnds.has(last) ? 64 : 0;
}

function wordOf(leaf: Leaf): StateWord | undefined {
  if (leaf.kind !== 'text') return undefined;
  // "Attempted information leak" is a sort of events.
  if (/^(?:category|kind|class|subtype)$/.test(leaf.key) && leaf.text.trim().split(/\s+/).length > 2)
    return undefined;
  const said = readStateWord(leaf.text);
  // `event=up` is an uplink for LoRaWAN.
  if (
    said &&
    /^(?:event|eventtype|type|kind|action)$/.test(leaf.key) &&
    /^(?:up|end|start)$/i.test(leaf.text)
  ) {
    return { ...said, soft: true };
  }
  // A severity of "info" is no state.
  if (/^(?:level|severity)$/.test(leaf.key) && said?.state === 'info') return undefined;
  // A level of "ok" ends an alert; one of "warning" says how bad, not how it stands.
  if (/^(?:level|severity|category|kind|type)$/.test(leaf.key) && said?.state === 'firing' && !said.soft) {
    return leaf.key === 'type' ? said : undefined;
  }
  return said;
}

/** Levels of syslog and of loggers, in front: critical, error, warning. */
const loggerLevel = /^\W{0,8}(?:(CRIT|FATAL|EMERG|PANIC)|(ERR)|WARN)\b/;

/** What a title says that tells of something wrong. */
const firingTitles: readonly RegExp[] = [
  /\b(?:down|offline|fail|failed|failure|fails|firing|triggered|unreachable|crashed|outage|critical|alarm|alert triggered|timed out|(?:communication|connection|contact) lost|degraded|not ok)\b/i,
  /^\W{0,8}(?:problem|alert|error|warning|alerta|alerte|allarme|warnung|fehler|störung|erreur|errore)\b(?=[\]:!\s-]|$)/i,
  /\bproblem:|\[(?:problem|alert|error|warning)\]/i,
  /\b(?:exceed(?:s|ed)?|crossed|breached|above|over|below) (?:the |its |a )?(?:[\w-]{1,20} )?(?:threshold|limit)\b/i,
  loggerLevel,
  /\b(?:warning|error)s? (?:was|were|has been|have been) (?:logged|detected|found)\b/i,
  /\b(?:attack|intrusion|leak|smoke|fire|flood|anomaly|threat|malware|ransomware|fault|failure|outage) (?:detected|started)\b/i,
  /\b(?:was|is|has been|got|has) disconnected\b/i,
];
const resolvedTitle =
  /\b(?:resolved|recovered|recovery|restored|cleared|back (?:up|online|to normal|within|under|below|in range)|(?:attack|outage|incident|alarm|alert|violation|failure) (?:has |is )?(?:ended|stopped|over)|returned to normal|is (?:up|online|ok)|\[(?:up|ok)\]|up again)\b|\[(?:up|ok|resolved)\]|^\W{0,8}(?:ok|up)\b\s?:/i;
const acknowledgedTitle = /\backnowledged?\b|^\W{0,8}ack\b/i;
const successTitle = /\b(?:succeeded|successful(?:ly)?|completed|success|passed)\b/i;
const testTitle =
  /^\W{0,8}(?:this is an? |a )?test(?:ing)?(?: (?:notification|alert|message|webhook|event|e?mail|alarm))?\W{0,3}$|^\W{0,8}test (?:notification|message|webhook|alert|event)\b/i;
const criticalTitle = /\b(?:down|offline|unreachable|outage|critical|crashed)\b/i;
const errorTitle = /\b(?:fail|failed|failure|fails|error|timed out|not ok)\b/i;
const warningTitle = /\b(?:warning|degraded)\b/i;

const found = (state: AlertState, severity: Severity): StateFound => ({ state, severity, weight: 40 });

/** The state by the words of a title. */
export function stateInTitle(title: string): StateFound {
  if (testTitle.test(title)) return found('test', 'info');
  if (resolvedTitle.test(title)) return found('resolved', 'ok');
  if (acknowledgedTitle.test(title)) return found('acknowledged', 'unknown');
  if (firingTitles.some((one) => one.test(title))) return found('firing', severityInTitle(title));
  if (successTitle.test(title)) return { state: 'info', severity: 'ok', weight: 30 };
  return { state: 'info', severity: 'unknown', weight: 0 };
}

const firingText =
  /\b(?:has been|was|is|are|went|is now|became) (?:triggered|down|unreachable|offline|failing|not responding|critical|degraded)\b/i;
const resolvedText =
  /\b(?:has been|was|is|are|is now|went) (?:resolved|recovered|restored|cleared|healthy|back (?:up|online|to normal))\b/i;

/** The state by sentences that leave no doubt. */
export function stateInText(text: string): StateFound {
  if (resolvedText.test(text)) return { state: 'resolved', severity: 'ok', weight: 25 };
  const firing = firingText.exec(text)?.[0];
  if (firing !== undefined) return { state: 'firing', severity: severityInTitle(firing), weight: 25 };
  return { state: 'info', severity: 'unknown', weight: 0 };
}

/** What Nagios's plugins say, and all that run them: `DISK CRITICAL - free space: / 3%`, `CheckCPU TOTAL OK: 6.4`. */
const plugin = /^[^\n:]{0,40}?(?<![Nn][Oo][Tt] )\b(OK|WARNING|CRITICAL|UNKNOWN)\b\s?(?:[:;-]|$)/;

const outputs: ReadonlyMap<string, StateFound> = new Map([
  ['OK', found('resolved', 'ok')],
  ['WARNING', found('firing', 'warning')],
  ['UNKNOWN', found('firing', 'warning')],
  ['CRITICAL', found('firing', 'critical')],
]);

/** The state by the output of a plugin. */
export const stateInOutput = (text: string): StateFound =>
  outputs.get(plugin.exec(text.slice(0, 200))?.[1] ?? '') ?? {
    state: 'info',
    severity: 'unknown',
    weight: 0,
  };

/** How bad it is by the words of a title. */
export function severityInTitle(title: string): Severity {
  const level = loggerLevel.exec(title);
  if (level?.[1] !== undefined || criticalTitle.test(title)) return 'critical';
  if (level?.[2] !== undefined || errorTitle.test(title)) return 'error';
  return level !== null || warningTitle.test(title) ? 'warning' : 'unknown';
}
