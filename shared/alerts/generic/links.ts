/**
 * Links of an event, the one to press first.
 */
import type { Link } from '../alert.ts';
import type { Leaf } from './leaves.ts';
import { weights, wordSet } from './names.ts';
import { distance, isSecret } from './place.ts';
import { isUrl } from './value.ts';

/** Most links of one alert. */
const linkLimit = 8;

const linkKeys = weights({
  100: 'htmlurl weburl permalink alerturl incidenturl detailsurl detailurl alertlink incidentlink eventurl problemurl issueurl viewurl',
  94: 'url link href alertdetailsurl targeturl dashboardurl dashboardlink publicurl browserurl generatorurl ruleurl monitorurl click',
  80: 'appurl pageurl statusurl shorturl shortlink uri runurl buildurl logurl reporturl runbookurl monitorlink titlelink portallink',
});

/** Links that are for machines, or do something when pressed. */
const machineWords =
  wordSet(`api callback webhook hook hooks ack acknowledge unsubscribe ping pause resume silence schema context self
  events keys git ssh clone archive subscribe signing cert certificate token update delete footer endpoint server destination`);

/** Links to where everything begins, not to what happened. */
const frontWords = wordSet('base server home root site origin instance');

/** Links to what happened before those to what helps to understand it. */
const happened = wordSet(
  'alert alarm incident problem event issue details detail run build execution deployment',
);
const helpful = wordSet('query search runbook docs documentation help graph chart profile customer');

const pictureWords = wordSet(
  'avatar avatars icon image logo badge thumb thumbnail photo gravatar screenshot favicon picture',
);

/** Weight below which a link is only shown when there is no better one. */
const enough = 30;

/**
 * Links in the order in which they are worth pressing. Relative ones and those without a scheme are no links, they stay facts.
 *
 * @param text where a link may stand among words, when no field holds one.
 */
export function findLinks(leaves: readonly Leaf[], text: string): readonly Link[] {
  const found: { readonly leaf: Leaf; readonly weight: number }[] = [];
  for (const leaf of leaves) {
    if (
      leaf.kind !== 'text' ||
      !isUrl(leaf.text) ||
      /[{}]/.test(leaf.text) ||
      leaf.index > 2 ||
      isSecret(leaf)
    )
      continue;
    found.push({ leaf, weight: weightOf(leaf) - distance(outOfList(leaf)) / 2 });
  }
  found.sort((one, other) => other.weight - one.weight);
  // What machines call is better than nothing, but only then.
  const good = found.filter(({ weight }) => weight >= enough);
  const taken = good.length > 0 ? good : found.filter(({ weight }) => weight > -45).slice(0, 1);
  const urls = new Set<string>();
  const links: Link[] = [];
  for (const { leaf } of taken) {
    if (urls.has(leaf.text) || links.length >= linkLimit) continue;
    urls.add(leaf.text);
    links.push({ label: labelOf(leaf), url: leaf.text });
  }
  if (links.length > 0) return links;
  return linkInText(text);
}

/** The first link that stands among words, as a list of one or none. */
export function linkInText(text: string): readonly Link[] {
  const url = /https?:\/\/[^\s<>"'|)\]}]{4,2000}/i.exec(text.slice(0, 20_000))?.[0].replace(/[.,;:!?]+$/, '');
  return url === undefined ? [] : [{ label: 'Link', url }];
}

const lists = /^(?:links?|urls?)$/;

/** `links: {alert_details: …}` is of the event as `alert_details_url` would be. */
const outOfList = (leaf: Leaf): Leaf =>
  lists.test(leaf.around.at(-1)?.join('') ?? '') ? { ...leaf, around: leaf.around.slice(0, -1) } : leaf;

/** What a link in a list of links leads to, the best first. */
const listed = /^(?:html|web|alert|alertdetails?|incident|details?|event|issue|deployment|build|run)$/;

function weightOf(leaf: Leaf): number {
  const known =
    linkKeys.get(leaf.key) ??
    (listed.test(leaf.key) && lists.test(leaf.around.at(-1)?.join('') ?? '') ? 92 : undefined);
  const last = leaf.words.at(-1) ?? '';
  const own = leaf.words.some((word) => happened.has(word)) ? 88 : 70;
  const named = known ?? (/^(?:url|link|href|uri|permalink|dashboard)$/.test(last) ? own : 45);
  const words = [...leaf.words, ...(leaf.around.at(-1) ?? [])];
  const aim =
    (leaf.words.some((word) => happened.has(word)) ? 4 : 0) -
    (leaf.words.some((word) => helpful.has(word)) ? 8 : 0);
  const machine = words.some((word) => machineWords.has(word));
  const front = words.some((word) => frontWords.has(word)) || /^https?:\/\/[^/?#]+\/?$/.test(leaf.text);
  const api =
    /^https?:\/\/(?:[\w-]{0,40}api\.|[\w.-]{0,60}\.svc\b)|\/(?:api|rest|soap|graphql)\/|\.(?:json|xml)$/i.test(
      leaf.text.slice(0, 300),
    );
  const picture =
    words.some((word) => pictureWords.has(word)) ||
    /\.(?:png|jpe?g|gif|svg|webp|ico)(?:$|\?)/i.test(leaf.text);
  return named + aim - (machine ? 35 : 0) - (api ? 45 : 0) - (picture ? 80 : 0) - (front ? 12 : 0);
}

/** `incident_url` → `Incident`; `url` → `Open`. */
function labelOf(leaf: Leaf): string {
  const words = leaf.words.filter((word) => !/^(?:url|uri|link|href|html|web|https?)$/.test(word));
  const parent =
    leaf.around.at(-1)?.filter((word) => !/^(?:links?|urls?|data|details?|\d+)$/.test(word)) ?? [];
  const label = (words.length > 0 ? words : parent).join(' ');
  return label === '' ? 'Open' : label.charAt(0).toUpperCase() + label.slice(1);
}
