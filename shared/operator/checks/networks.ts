/**
 * What is wrong with networks that speak for submitters: too wide, the same for two, or never seen.
 */
import { contains, parseNetwork, type Network } from '../../access/network.ts';
import type { Submitter } from '../../access/submitter.ts';
import type { Checked } from './check.ts';
import { found, type Finding } from './finding.ts';

/** A network of a submitter that needs nothing else. */
interface Speaking {
  readonly submitter: Submitter;
  readonly text: string;
  readonly network: Network;
}

/** Most pairs that are told: a register with a mistake in it may have thousands. */
const mostPairs = 100;

/** Looks at the networks of all submitters that are on. */
export function checkNetworks({ entries, config }: Checked): Finding[] {
  const active = entries.submitters.filter(({ disabled, networks }) => !disabled && networks.length > 0);
  const speaking = active
    .filter(({ authentication }) => authentication !== 'key-and-network')
    .flatMap((submitter) =>
      submitter.networks.flatMap((text): Speaking[] => {
        const network = parseNetwork(text);
        return network ? [{ submitter, text, network }] : [];
      }),
    );
  const unseen = config?.frontEnd.kind === 'none' ? active.map(unseenOf) : [];
  return [...unseen, ...speaking.flatMap(checkWidth), ...checkOverlaps(speaking)];
}

const unseenOf = ({ name }: Submitter): Finding =>
  found(
    'network-unseen',
    `submitters/${name}`,
    'It has networks, and POSTRIDER_FRONT_END is none: no address of a caller is believed.',
    'Set POSTRIDER_FRONT_END to what stands before the app, or have it use a key.',
  );

/** Private by RFC 1918, RFC 6598 and RFC 4193: nobody comes from there by way of the internet. */
const privateNetworks = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
].flatMap((text) => parseNetwork(text) ?? []);

function checkWidth({ submitter: { name }, text, network }: Speaking): Finding[] {
  const where = `submitters/${name}`;
  const { address, prefix } = network;
  const fix = `Name smaller networks, or ask for a key as well: postrider submitters set ${name} --authentication key-and-network.`;
  const inside = privateNetworks.some((one) => prefix >= one.prefix && contains(one, address));
  if (inside) return [];
  const [open, wide] = address.kind() === 'ipv4' ? [8, 16] : [16, 32];
  if (prefix < open) {
    return [
      found('open-network', where, `Whoever is in ${text} may send without a key: an open relay.`, fix),
    ];
  }
  if (prefix >= wide) return [];
  return [found('wide-network', where, `Whoever is in ${text} may send without a key; that is a lot.`, fix)];
}

function checkOverlaps(speaking: readonly Speaking[]): Finding[] {
  const findings: Finding[] = [];
  // Sorted by width, only a wider or equal one before can hold one behind it.
  const sorted = speaking.toSorted((a, b) => a.network.prefix - b.network.prefix);
  for (const [i, narrow] of sorted.entries()) {
    for (const wide of sorted.slice(0, i)) {
      if (findings.length >= mostPairs) return findings;
      if (wide.submitter.name === narrow.submitter.name) continue;
      if (!contains(wide.network, narrow.network.address)) continue;
      findings.push(overlapOf(wide, narrow));
    }
  }
  return findings;
}

function overlapOf(wide: Speaking, narrow: Speaking): Finding {
  const where = `submitters/${narrow.submitter.name}`;
  const other = wide.submitter.name;
  return wide.network.prefix === narrow.network.prefix
    ? found(
        'same-network',
        where,
        `${narrow.text} speaks for it and for "${other}": nobody can say which of them a request without a key is.`,
        'Take the network from one of them, or give one of them a key.',
      )
    : found(
        'overlapping-networks',
        where,
        `${narrow.text} lies within ${wide.text} of "${other}": without a key, requests from there count as its own.`,
        'Leave it if that is meant; the nearer network wins. Else make them apart.',
      );
}
