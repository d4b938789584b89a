/**
 * What the firing and the resolved form of one alert have in common.
 */
import type { Leaf } from './leaves.ts';
import { weights } from './names.ts';
import { distance } from './place.ts';
import { isPlaceholder } from './value.ts';

const identityKeys = weights({
  100: 'dedupkey deduplicationkey dedupekey incidentkey aggregationkey aggregkey alertkey correlationkey groupkey',
  98: 'fingerprint alias incidentid incidentuuid incidentnumber',
  94: 'alertid alertuuid alarmid problemid violationid outageid issueid alertinstanceid',
  80: 'triggerid eventgroupid monitorid checkid monitoruuid checkuuid sensorid ruleid ruleuuid',
});

/** Objects whose `id` is that of the alert; what a bare `id` at the top is, nobody can tell. */
const identified: ReadonlyMap<string, number> = new Map([
  ['incident', 96],
  ['alert', 92],
  ['problem', 92],
  ['issue', 90],
  ['outage', 90],
  ['alarm', 88],
  ['monitor', 78],
  ['check', 78],
]);

/** Longest value that is an id. */
const idLimit = 300;

/** The thread of an alert, as `name:value`; undefined when the body has no such id. */
export function findThreadKey(leaves: readonly Leaf[]): string | undefined {
  let best: { key: string; weight: number } | undefined;
  for (const leaf of leaves) {
    if (leaf.index > 0 || leaf.kind === 'boolean' || leaf.text.length > idLimit || isPlaceholder(leaf.text))
      continue;
    const parent = leaf.around.at(-1)?.at(-1) ?? '';
    const own = /^(?:id|uuid|uid)$/.test(leaf.key);
    const known = own ? identified.get(parent) : identityKeys.get(leaf.key);
    if (known === undefined) continue;
    const weight = known - distance(leaf) / 2;
    if (weight > (best?.weight ?? 0))
      best = { key: `${own ? `${parent}${leaf.key}` : leaf.key}:${leaf.text}`, weight };
  }
  return best?.key;
}
