/**
 * The table below the text: every value that is worth a line, most telling first.
 */
import type { Fact } from '../alert.ts';
import type { Leaf } from './leaves.ts';
import { wordSet } from './names.ts';
import { isBeside, isSecret } from './place.ts';
import { isEncoded, isOpaque, isPlaceholder, isTime, isUrl } from './value.ts';

/** Most lines of the table of one alert. */
const factLimit = 150;

const telling =
  wordSet(`host hostname service servicename device devicename monitor check sensor node instance server resource environment env
  status state severity level priority metric value threshold reason error message description details output cause duration
  downtime location region cluster namespace pod job temperature humidity battery voltage entity target component project repository
  branch actor user rule policy condition`);

const noisy = wordSet(
  'version schema schemaid context uuid guid token etag nonce hash revision locale encoding charset timezone to from',
);

/** The facts, and how many values are not among them. */
export interface FactsFound {
  readonly facts: readonly Fact[];
  readonly missing: number;
  /** Names of the values that are placeholders nobody filled in. */
  readonly placeholders: readonly string[];
}

/**
 * Facts in an order for people.
 *
 * @param shown leaves that title and summary hold already.
 */
export function makeFacts(leaves: readonly Leaf[], shown: readonly Leaf[]): FactsFound {
  const placeholders: string[] = [];
  const sorted: Fact[][] = [[], [], [], [], [], []];
  for (const leaf of leaves) {
    if (shown.includes(leaf) || isSecret(leaf)) continue;
    if (leaf.kind === 'text' && isPlaceholder(leaf.text)) placeholders.push(leaf.name);
    else
      sorted[rank(leaf)]?.push({ name: leaf.name === '' ? 'value' : leaf.name, value: describe(leaf.text) });
  }
  const facts = sorted.flat();
  return { facts: facts.slice(0, factLimit), missing: Math.max(0, facts.length - factLimit), placeholders };
}

/** 0 is read first. */
function rank(leaf: Leaf): number {
  if (leaf.words.some((word) => noisy.has(word)) || isEncoded(leaf.text)) return 5;
  if (leaf.kind === 'boolean') return leaf.text === 'true' ? 3 : 5;
  if (isBeside(leaf) && !/^(?:labels|tags)$/.test(leaf.around.at(-1)?.join('') ?? '')) return 4;
  if (isUrl(leaf.text) || isTime(leaf.text)) return 3;
  if (
    /^(?:id|ids|uid|timestamp|ts)$/.test(leaf.words.at(-1) ?? '') ||
    (leaf.kind === 'text' && isOpaque(leaf.text) && !/^-?[\d.,]{1,12}$/.test(leaf.text))
  )
    return 4;
  if (leaf.around.length <= 1 && leaf.index === 0 && telling.has(leaf.words.at(-1) ?? '')) return 0;
  return leaf.around.length <= 2 && leaf.index === 0 ? 1 : 2;
}

/** Content that nobody reads is named by its size. */
function describe(text: string): string {
  if (!isEncoded(text)) return text;
  return `(${Math.max(1, Math.round((text.length * 3) / 4 / 1024))} KB of encoded data)`;
}
