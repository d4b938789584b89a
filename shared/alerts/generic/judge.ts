/**
 * State and severity, which explain each other: "down" is critical, and what is critical has not ended.
 */
import type { AlertState, Severity } from '../alert.ts';
import type { HeaderFields } from './header-fields.ts';
import type { Leaf } from './leaves.ts';
import { wordSet } from './names.ts';
import { isBeside } from './place.ts';
import { findSeverity, severityOfTags, worse } from './severity.ts';
import {
  findState,
  isAlertish,
  severityInTitle,
  stateInOutput,
  stateInText,
  stateInTitle,
  wrongWords,
  type StateFound,
} from './state.ts';
import type { TitleFound } from './title.ts';

/** What an event is taken for. */
export interface Judgement {
  readonly state: AlertState;
  readonly severity: Severity;
  /** Whether the body says so; else it is what such bodies usually mean. */
  readonly stated: boolean;
}

/** Judges an event by its fields, its title and its headers. */
export function judge(leaves: readonly Leaf[], title: TitleFound, headers: HeaderFields): Judgement {
  const alertish = isAlertish(leaves);
  const field = findSeverity(leaves);
  const inHeaders = headers.severity ?? severityOfTags(headers.tags ?? '');
  const severity = inHeaders ?? field?.severity ?? 'unknown';
  const said = stateOf(leaves, title, alertish);
  // A player starts a film, at the level of "info".
  const harmless = said?.begun === true && severity === 'info' && field?.faint === false;
  const state = said && harmless ? { ...said, state: 'info' as const } : said;
  if (state)
    return {
      state: state.state,
      severity: weigh(state, severity, field?.faint ?? false, title),
      stated: true,
    };

  const bad = severity === 'critical' || severity === 'error' || severity === 'warning';
  // The priority of a ticket does not say that anything is wrong; a red bar does, and so does a push message that may wake somebody.
  const firing = bad && (inHeaders !== undefined || field?.faint !== true || field.colour);
  if (firing) return { state: 'firing', severity, stated: field?.faint !== true };
  if (severity === 'ok' && alertish) return { state: 'resolved', severity, stated: true };
  if (severity === 'unknown' && tellsOfError(leaves))
    return { state: 'firing', severity: 'error', stated: false };
  if (severity === 'ok' || severity === 'info') return { state: 'info', severity, stated: false };
  if (alertish && isAlertish(leaves, wrongWords)) return { state: 'firing', severity, stated: false };
  return { state: 'info', severity: severity === 'unknown' ? 'info' : severity, stated: false };
}

/** Fields that nobody fills who has no error to tell of. */
const errorKeys = wordSet(
  'errormessage errorclass errortype exception exceptionclass exceptionmessage exceptiontype stacktrace traceback',
);

const tellsOfError = (leaves: readonly Leaf[]): boolean =>
  leaves.some(
    (leaf) => errorKeys.has(leaf.key) && leaf.kind === 'text' && leaf.index === 0 && !isBeside(leaf),
  );

/** A word that names the severity counts; where there is none, or but a colour or a priority, the state may say worse. */
function weigh(state: StateFound, found: Severity, faint: boolean, title: TitleFound): Severity {
  if (state.state === 'resolved') return 'ok';
  if (state.state !== 'firing') {
    // "Succeeded" says more of how it went than the priority with which it was done.
    const ranked = faint ? [state.severity, found] : [found, state.severity];
    return ranked.find((one) => one !== 'unknown') ?? 'info';
  }
  const plain = found !== 'unknown' && found !== 'ok' && !faint;
  const said = stateInOutput(title.said.at(-1) ?? '').severity;
  const severity = plain
    ? found
    : worse(found === 'ok' ? 'unknown' : found, said === 'critical' ? said : state.severity);
  return severity === 'unknown' ? severityInTitle(title.said[0] ?? title.title) : severity;
}

/** The state where anything tells it: fields first, then the words of the title, then those of the text. */
function stateOf(leaves: readonly Leaf[], title: TitleFound, alertish: boolean): StateFound | undefined {
  const field = findState(leaves, alertish);
  const inTitle = stateInTitle(title.said[0] ?? title.title);
  const test = inTitle.state === 'test' && (field.weight < 60 || field.severity === 'info');
  if (test) return inTitle;
  // "info" in a field says little beside "is down" in the title.
  const inMessage = field.over ? stateInTitle(title.said.at(-1) ?? '') : inTitle;
  if (inMessage.state === 'firing' && field.state === 'info') return inMessage;
  // "Closed by the duty officer" ends an alert; what else may be closed, nobody knows.
  if (alertish && field.severity === 'unknown' && /^\W{0,8}closed\b/i.test(title.said[0] ?? title.title))
    return { state: 'resolved', severity: 'ok', weight: 40 };
  if (field.weight >= 40 && !(field.state === 'info' && inTitle.state === 'firing')) return field;
  if (inTitle.weight > 0) return inTitle;
  const inOutput = stateInOutput(title.said.at(-1) ?? '');
  if (inOutput.weight > 0) return inOutput;
  const inText = stateInText(`${title.said.join('\n')}\n${title.summary ?? ''}`.slice(0, 2000));
  if (inText.weight > 0) return inText;
  return field.weight > 0 ? field : undefined;
}
