/**
 * Where a field stands: what the event is about, or one of the people, accounts and settings around it.
 */
import type { Leaf } from './leaves.ts';
import { wordSet } from './names.ts';

/** Objects that hold the event itself: one level of these hardly counts. */
const wrappers = wordSet(`
  data payload alert alerts event events incident incidents issue object body content attributes essentials fields embeds embed
  attachments attachment check monitor problem notification notifications message alarm detail details labels annotations root
  error exception result record records entry item items document metadata params properties value resource trigger
  finding report job build deployment heartbeat context section sections card blocks envelope soap action target ticket task story`);

/** Objects about somebody or something else. */
const besides = wordSet(`
  user actor sender author owner organization organisation org account team assignee creator reporter customer contact contacts
  recipient recipients receiver installation integration provider publisher config configuration settings options links images
  image icon avatar previous old prior before last history headers cookies member members committer pusher repository repo
  requester subscriber tenant company people person reviewers approvers assignees followers watchers participants attendees by
  triggered subscription channels claims authorization actions buttons footer thumbnail
  stats sdk os browser device_info location geo billing shipping address tags tag schedule pagination paging hook hooks webhook
  runs steps jobs commits variables items products meta`);

/** Objects that the event happened in: their names tell something, the rest little. */
const surroundings = wordSet(
  'project environment application app server channel workspace page site cluster host device request model board list',
);

const formers = wordSet('previous prior old last former before prev initial earlier');

/** Names of what must not travel on by mail. */
const secretName =
  /passw|passkey|secret|authorization|credential|cookie|(?:api|access|private|routing|integration|service|signing|license)key|(?:access|refresh|auth|bot|verification|webhook)token|^token$/;

/** Whether a field holds a key to something. */
export const isSecret = (leaf: Leaf): boolean => secretName.test(leaf.key);

/** Whether a field tells of what was before. */
export const isFormer = (leaf: Leaf): boolean =>
  leaf.words.some((word) => formers.has(word)) ||
  leaf.around.some((words) => words.some((word) => formers.has(word)));

/** Whether a field stands beside the event. */
export const isBeside = (leaf: Leaf): boolean =>
  leaf.around.some((words) => {
    const last = words.at(-1);
    return last !== undefined && besides.has(last);
  });

/** Whether a field is of something that the event happened in. */
export const isAround = (leaf: Leaf): boolean => {
  const last = leaf.around.at(-1)?.at(-1);
  return last !== undefined && surroundings.has(last);
};

/**
 * How far a field is from the heart of the event: 0 at the top, more below, much more beside it. Subtract from a weight.
 */
export function distance(leaf: Leaf): number {
  let far = Math.min(leaf.index, 10) * 4 + (leaf.listed ? 10 : 0);
  for (const words of leaf.around) {
    const last = words.at(-1) ?? '';
    if (besides.has(last)) far += 40;
    else if (surroundings.has(last)) far += 10;
    else far += wrappers.has(last) ? 3 : 8;
  }
  return far;
}
