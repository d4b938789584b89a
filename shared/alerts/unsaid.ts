/**
 * What an adapter left unsaid. People choose the fields of many senders' bodies themselves, and write more into them than the sender's
 * documentation knows: a sentence that somebody thought worth sending is not left to the attachment.
 */
import type { Alert, AlertGroup, Fact, HookRequest } from './alert.ts';
import { flatten, type Leaf } from './generic/leaves.ts';
import { isFormer } from './generic/place.ts';
import { isEncoded, isPlaceholder } from './generic/value.ts';

/** Largest body, in UTF-16 units and in values, that is looked at; a larger one is a program's, and its adapter knows it. */
const [lengthLimit, leafLimit] = [6000, 60];

/** Most lines that are added. */
const factLimit = 5;

/** Names of what must not travel, is told in another form, or is for machines. */
const silent =
  /token|secret|passw|signature|auth|cookie|session|credential|key$|header|html|markdown|dockerfile|query|title|subject|agent|filter|expression|email|time|date/;

/** Adds the sentences of a small body that the mail about its only alert does not tell. */
export function withUnsaid(group: AlertGroup, { value, text }: HookRequest): AlertGroup {
  const [alert, ...others] = group.alerts;
  if (!alert || others.length > 0 || text.length > lengthLimit || typeof value !== 'object') return group;
  const { leaves } = flatten(value);
  if (leaves.length > leafLimit) return group;
  const said = fold(wordsOf(alert));
  const unsaid = leaves
    .filter((leaf) => isSentence(leaf) && !isIn(said, fold(leaf.text)))
    .slice(0, factLimit)
    .map((leaf): Fact => ({ name: leaf.name, value: leaf.text }));
  return unsaid.length === 0
    ? group
    : { ...group, alerts: [{ ...alert, facts: [...alert.facts, ...unsaid] }] };
}

const isSentence = (leaf: Leaf): boolean =>
  leaf.kind === 'text' &&
  leaf.around.length <= 1 &&
  leaf.words.length > 0 &&
  /\p{L}\s+\S+\s+\S+\s+\S/u.test(leaf.text.slice(0, 300)) &&
  !silent.test(leaf.key) &&
  !isFormer(leaf) &&
  !/^\s*[<%{]|%\([a-z_]{1,40}\)s/.test(leaf.text) &&
  !isPlaceholder(leaf.text) &&
  !isEncoded(leaf.text);

/** A beginning or an end is enough: the rest may have been cut, or freed of its markup. */
const isIn = (said: string, text: string): boolean =>
  said.includes(text.slice(0, 30)) || said.includes(text.slice(-30));

const wordsOf = (alert: Alert): string =>
  [alert.title, alert.summary, ...alert.facts.flatMap(({ name, value }) => [name, value])].join('\n');

const fold = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
