/**
 * Words with which senders say how things stand, and what each implies.
 *
 * `hard` words mean it wherever they stand as a state; `soft` ones (`open`, `created`) are also said of orders and tickets, and count
 * only where the body is about an alert.
 */
import type { AlertState, Severity } from '../alert.ts';
import { wordSet, wordsOf } from './names.ts';

/** What a word says. */
export interface StateWord {
  readonly state: AlertState;
  readonly severity: Severity;
  readonly soft: boolean;
}

const table = new Map<string, StateWord>();

function say(state: AlertState, severity: Severity, words: string, soft = false): void {
  for (const word of wordSet(words)) table.set(word, { state, severity, soft });
}

say(
  'firing',
  'critical',
  `down offline unreachable outage majoroutage partialoutage dead lost disaster emergency fatal panic
  critical crit red missing harddown crashed unavailable poweroff stolen flooded leaking compromised notresponding
  noresponse unresponsive notreporting`,
);
say(
  'firing',
  'error',
  `failed failure fail bounce bounced dropped failing error errored err broken breached breach exceeded unhealthy unresolved
  timedout timeout disconnected failures errors rejected faulted fault corrupt exception infected overdue late missed notok bad`,
);
say(
  'firing',
  'warning',
  `warning warn yellow amber orange degraded degradedperformance unstable flapping overload overloaded low expiring
  almostfull onbattery onbatt replacebattery lowbattery lowbatt suspicious expiry expires expired expiringsoon expiressoon
  warned degrading`,
);
say(
  'firing',
  'unknown',
  `firing fired triggered retriggered alarm alarming alerting problem nodata notpresent insufficientdata ongoing`,
);
say(
  'firing',
  'unknown',
  `alert trigger open opened reopened reopen new create created active activated activate start started
  raise raised begin began occurred detected violation violated confirmed wentdown investigating identified escalate escalated escalation set incident`,
  true,
);
say(
  'resolved',
  'ok',
  `resolved resolve recovered recovery recover up online cleared clear clearing restored restore fixed ok okay
  healthy normal backtonormal backonline operational deactivated stable allclear onlinepower commok reachable
  remediated autoresolved nolongerfiring passing cameup startedreporting`,
);
say(
  'resolved',
  'ok',
  `closed close end ended inactive available ceased cancelled canceled reconnected connected mitigated good green done`,
  true,
);
say(
  'acknowledged',
  'unknown',
  `acknowledged acknowledge acknowledgement acknowledgment ack acked snoozed snooze muted silenced suppressed
  inhibited`,
);
say('info', 'ok', `success succeeded successful passed pass completed complete finished partiallysucceeded`);
say(
  'info',
  'info',
  `info information informational notice pending running queued inprogress scheduled skipped waiting delivered testing
  maintenance undermaintenance building deploying paused`,
);
// The same in German, French, Spanish, Portuguese, Italian and Dutch.
say('firing', 'critical', `kritisch critico crítico crítica kritiek ausgefallen panne`);
say(
  'firing',
  'error',
  `fehler fehlgeschlagen störung erreur échec errore erro fallo fallido fout mislukt défaillance`,
);
say('firing', 'warning', `warnung avertissement advertencia aviso avviso waarschuwing`);
say('firing', 'unknown', `alerte alerta allarme alarme alarma`);
say(
  'resolved',
  'ok',
  `behoben gelöst wiederhergestellt résolu rétabli resuelto recuperado resolvido risolto ripristinato hersteld opgelost`,
);
say('info', 'ok', `erfolgreich erfolg réussi succès éxito exitoso sucesso successo gelukt geslaagd`);
say('test', 'info', `test ping testnotification testalert testmessage testevent webhooktest testwebhook`);

/** Longest value that can be a state: `The monitor went down` still, a story no more. */
const lengthLimit = 60;

/**
 * What a short value says, by the whole of it or by its last telling word: `check.down`, `ALERT_STATUS_FIRING`, `build failed`.
 *
 * @returns undefined when it says nothing of the kind.
 */
export function readStateWord(text: string): StateWord | undefined {
  if (text.length > lengthLimit) return undefined;
  const words = wordsOf(text);
  if (words.length === 0 || words.length > 7) return undefined;
  const whole = table.get(words.join(''));
  if (whole) return whole;
  const said = words.flatMap((word, i) => {
    const found = table.get(words.slice(i, i + 2).join('')) ?? table.get(word);
    if (!found) return [];
    const negated = words[i - 1] === 'not' || words[i - 1] === 'no' ? negate(found) : found;
    return negated ? [{ word, found: negated }] : [];
  });
  // `resolve_alert` and `recovery from error` are about the verb.
  const verb = said.findLast(({ word, found }) => !found.soft && !nouns.has(word));
  const end = said.findLast(({ found }) => found.state === 'resolved' || found.state === 'acknowledged');
  return (verb ?? end ?? said.findLast(({ found }) => !found.soft) ?? said.at(-1))?.found;
}

/** Words that name what is wrong and leave it to another to say whether it still is. */
const nouns = wordSet('problem alarm error fault failure outage critical warning disaster emergency test');

function negate(said: StateWord): StateWord | undefined {
  if (said.state === 'resolved' || said.severity === 'ok')
    return { state: 'firing', severity: 'error', soft: said.soft };
  return said.state === 'firing' ? { state: 'resolved', severity: 'ok', soft: true } : undefined;
}

const wentWell: StateWord = { state: 'info', severity: 'ok', soft: false };
const wentWrong: StateWord = { state: 'firing', severity: 'error', soft: false };

interface Flag {
  readonly yes: StateWord;
  /** Whether false means the contrary. */
  readonly contrary: boolean;
}

/** Fields of true and false. */
const flags = new Map<string, Flag>();

function flag(state: AlertState, severity: Severity, contrary: boolean, names: string): void {
  for (const name of wordSet(names)) flags.set(name, { yes: { state, severity, soft: false }, contrary });
}

flag('firing', 'critical', true, 'down isdown offline isoffline unreachable isunreachable');
flag(
  'firing',
  'unknown',
  true,
  'firing isfiring failed isfailed alarm inalarm triggered leak waterleak leakdetected flood smoke smokedetected tamper',
);
flag(
  'resolved',
  'ok',
  true,
  'up isup online isonline healthy ishealthy resolved isresolved recovered cleared isok',
);
flag('info', 'ok', true, 'success succeeded passed passing issuccess successful');
flag('acknowledged', 'unknown', false, 'acknowledged isacknowledged acked');
flag('test', 'info', false, 'test istest testmode testmessage');

/** How a program ended (POSIX): zero is well. */
const exitKey = /^(?:exit|return|ret)(?:code|status|value)$/;

/** What a field of true or false says, or the code with which a program ended. */
export function readFlag(key: string, text: string): StateWord | undefined {
  if (exitKey.test(key) && /^-?\d{1,10}$/.test(text)) return Number(text) === 0 ? wentWell : wentWrong;
  const known = flags.get(key);
  if (!known) return undefined;
  if (/^(?:true|1|yes)$/.test(text)) return known.yes;
  if (!known.contrary || !/^(?:false|0|no)$/.test(text)) return undefined;
  if (known.yes.state === 'firing') return { state: 'resolved', severity: 'ok', soft: true };
  // `resolved: false` is how things stand before they are; `success: false` is a failure.
  return {
    state: 'firing',
    severity: known.yes.state === 'info' ? 'error' : /up|online|isok/.test(key) ? 'critical' : 'unknown',
    soft: key.includes('resolved'),
  };
}
