/**
 * How bad an event is, on whatever scale its sender keeps.
 *
 * Bare numbers mean opposite things to different senders (priority 1 is the worst for Opsgenie and the least for Gotify), so a number
 * counts only with a letter (`P1`, `Sev 2`) or under a name whose scale is known; else it is a fact like any other.
 */
import type { Severity } from '../alert.ts';
import type { Leaf } from './leaves.ts';
import { weights, wordSet, wordsOf } from './names.ts';
import { distance, isFormer } from './place.ts';

const severityKeys = weights({
  100: 'severity sev alertseverity eventseverity severityname severitytext severitylabel severitylevel triggerseverity',
  95: 'criticality alertlevel alertpriority loglevel levelname levelstring alarmlevel alarmseverity threatlevel risklevel risk',
  90: 'level',
  80: 'priority urgency importance importancelevel priorityname impact gravity indicator nseverity severitynumber eventnseverity',
  70: 'alerttype triggertype type kind category messagetype class labels tags',
  50: 'color colour themecolor',
});

const words = new Map<string, Severity>();
const say = (severity: Severity, list: string): void => {
  for (const word of wordSet(list)) words.set(word, severity);
};
say(
  'critical',
  'critical crit fatal emergency emerg panic disaster severe highest urgent blocker catastrophic page p0 p1 sev0 sev1 s0 s1',
);
say('error', 'error err errors high major failure failed danger p2 sev2 s2');
say('warning', 'warning warn warnings medium moderate average minor caution p3 sev3 s3 degraded');
say(
  'info',
  'info information informational notice low lowest debug trace trivial verbose none p4 p5 sev4 sev5 s4 s5',
);
say('ok', 'ok normal cleared clear success succeeded resolved healthy green good');

// In German, French, Spanish, Portuguese, Italian and Dutch.
say('critical', 'kritisch critique critico crítico crítica kritiek notfall urgence urgent dringend');
say('error', 'fehler erreur errore erro fout hoch haute élevée alto alta hoog');
say('warning', 'warnung avertissement advertencia aviso avviso waarschuwing mittel moyenne medio gemiddeld');
say('info', 'hinweis information información informação informazione niedrig faible bajo baja basso laag');

const colours: ReadonlyMap<string, Severity> = new Map([
  ['danger', 'critical'],
  ['red', 'critical'],
  ['attention', 'critical'],
  ['crimson', 'critical'],
  ['orange', 'warning'],
  ['yellow', 'warning'],
  ['amber', 'warning'],
  ['warning', 'warning'],
  ['good', 'ok'],
  ['green', 'ok'],
]);

/** Zabbix: 0 not classified, 1 information, 2 warning, 3 average, 4 high, 5 disaster. */
const zabbix: readonly Severity[] = ['unknown', 'info', 'warning', 'warning', 'error', 'critical'];

/** What the fields tell; undefined when they do not. */
export interface SeverityFound {
  readonly severity: Severity;
  /** Whether the field is a priority or a colour, which says how bad an event is but not that it is one. */
  readonly faint: boolean;
  readonly colour: boolean;
}

/** The severity by the fields that tell it. */
export function findSeverity(leaves: readonly Leaf[]): SeverityFound | undefined {
  let best: { severity: Severity; weight: number; faint: boolean; colour: boolean } | undefined;
  for (const leaf of leaves) {
    if (isFormer(leaf) || leaf.index > 0) continue;
    const known = weightOf(leaf);
    if (known === 0) continue;
    // Labels and tags stand beside the event by their place, yet say how bad it is.
    const labelled = known >= 95 && /^(?:tags|labels)$/.test(leaf.around.at(-1)?.join('') ?? '');
    const weight = known - (labelled ? 10 : distance(leaf));
    if (weight <= (best?.weight ?? 0) || (known < 80 && weight < 25)) continue;
    // Where the name promises no severity, a word among many is chance.
    if (known <= 70 && leaf.key !== 'tags' && leaf.key !== 'labels' && wordsOf(leaf.text).length > 2)
      continue;
    const severity = severityOf(leaf);
    if (severity !== undefined) best = { severity, weight, faint: known <= 80, colour: known <= 50 };
  }
  return best && { severity: best.severity, faint: best.faint, colour: best.colour };
}

const levelled = wordSet(
  'alert alarm trigger event error threat risk log notification incident rule warning escalation problem',
);

function weightOf(leaf: Leaf): number {
  const known = severityKeys.get(leaf.key);
  if (known !== undefined) return known;
  const last = leaf.words.at(-1) ?? '';
  if (/^(?:severity|sev|criticality)$/.test(last)) return 95;
  // `alertSeverityString`, `severity_label`.
  if (/^(?:string|text|name|label|word)$/.test(last) && leaf.words.at(-2) === 'severity') return 96;
  // `triggerLevel`, `alert_level`; that of a battery or of a tank is another.
  if (last === 'level' && levelled.has(leaf.words[0] ?? '')) return 88;
  if (last === 'priority' || last === 'urgency') return 72;
  if (last === 'color' || last === 'colour') return 48;
  const parent = leaf.around.at(-1)?.join('') ?? '';
  return /^(?:name|label|value|text|displayname)$/.test(leaf.key)
    ? Math.max(0, (severityKeys.get(parent) ?? 0) - 5)
    : 0;
}

function severityOf(leaf: Leaf): Severity | undefined {
  if (leaf.text.length > 500) return undefined;
  if (/colou?r$/.test(leaf.key)) return severityOfColour(leaf.text);
  if (/^(?:tags|labels)$/.test(leaf.key)) return severityOfTags(leaf.text);
  if (leaf.text.length > 60) return undefined;
  if (leaf.key.endsWith('nseverity')) return zabbix[Number(leaf.text)];
  if (leaf.key === 'severitynumber') return severityOfOpenTelemetry(Number(leaf.text));
  const severity = severityOfWord(leaf.text);
  // A priority that is normal is that of most things, not an end.
  return severity === 'ok' && isPriority(leaf) ? 'info' : severity;
}

const isPriority = (leaf: Leaf): boolean =>
  [leaf.words.at(-1), leaf.around.at(-1)?.at(-1)].some((word) =>
    /^(?:priority|urgency|importance)$/.test(word ?? ''),
  );

/**
 * The severity that a word or a short phrase names: `P1 - Critical`, `SEV-2`, `ALERT_CRITICALITY_LEVEL_WARNING`.
 */
export function severityOfWord(text: string): Severity | undefined {
  const parts = wordsOf(text);
  if (parts.length > 6) return undefined;
  const whole = words.get(parts.join(''));
  if (whole) return whole;
  const scaled = /\b(?:p|s|sev|severity|priority)[\s_:-]{0,2}([0-5])\b/i.exec(text)?.[1];
  for (const part of parts) {
    const severity = words.get(part);
    // "Non-critical" and "not urgent" are neither.
    if (severity && !/\b(?:non|not|un)[\s_-]/i.test(text)) return severity;
  }
  return scaled === undefined ? undefined : words.get(`p${scaled}`);
}

/** The severity among tags such as `severity:critical, env:prod`. */
export function severityOfTags(text: string): Severity | undefined {
  const value = /(?:^|[\s,;])(?:severity|priority|level)[:=]\s?([\w-]{1,20})/i.exec(text)?.[1];
  return value === undefined ? undefined : severityOfWord(value);
}

/** OpenTelemetry logs data model, SeverityNumber: 1-4 trace, 5-8 debug, 9-12 info, 13-16 warn, 17-20 error, 21-24 fatal. */
function severityOfOpenTelemetry(number: number): Severity | undefined {
  if (!Number.isInteger(number) || number < 1 || number > 24) return undefined;
  if (number < 13) return 'info';
  if (number < 17) return 'warning';
  return number < 21 ? 'error' : 'critical';
}

/** Red is critical, orange and yellow warn, green is well; other colours decorate. Takes names, `#rgb`, `#rrggbb` and Discord's integers. */
export function severityOfColour(text: string): Severity | undefined {
  const name = colours.get(text.toLowerCase());
  if (name) return name;
  const hex = /^(?:#|0x)?([0-9a-f]{6}|[0-9a-f]{3})(?:ff)?$/i.exec(text)?.[1];
  const decimal = /^\d{1,8}$/.test(text) && !text.startsWith('0') && text.length !== 6 && text.length !== 3;
  let rgb: number;
  if (decimal) rgb = Number(text);
  else if (hex === undefined) return undefined;
  else rgb = Number.parseInt(hex.length === 3 ? hex.replaceAll(/./g, '$&$&') : hex, 16);
  return severityOfHue((rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255);
}

function severityOfHue(red: number, green: number, blue: number): Severity | undefined {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  if (most < 90 || most - least < most * 0.35) return undefined;
  const span = most - least;
  let hue: number;
  if (most === red) hue = ((green - blue) / span) * 60;
  else if (most === green) hue = 120 + ((blue - red) / span) * 60;
  else hue = 240 + ((red - green) / span) * 60;
  if (hue < -20 || hue > 175) return undefined;
  if (hue < 20) return 'critical';
  return hue < 70 ? 'warning' : 'ok';
}

const ranks: readonly Severity[] = ['unknown', 'ok', 'info', 'warning', 'error', 'critical'];

/** The worse of two. */
export const worse = (one: Severity, other: Severity): Severity =>
  ranks.indexOf(other) > ranks.indexOf(one) ? other : one;
