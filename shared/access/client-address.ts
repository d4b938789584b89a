/**
 * Where a request really comes from: which forwarded header is believed, and which hop of it.
 *
 * App Service's front end, which stands before every plan of Functions, overwrites `client-ip` with the address of its peer and appends
 * it to `x-forwarded-for`; everything further left was sent by the caller and proves nothing. (Azure app-service-linux-docs,
 * Things_You_Should_Know/headers.md.) What stands before that front end is said by `POSTRIDER_FRONT_END`; whatever does not fit
 * what is said there has no address, and without an address no network speaks for anybody.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type ipaddr from 'ipaddr.js';
import type { FrontEnd } from '../platform/config.ts';
import { liesIn, parseAddress } from './network.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Header = (name: string) => string | undefined;

/** Longest chain that is looked at, in characters: App Service takes 32 kB of headers in all, and an honest chain has a few hops. */
const longestChain = 8192;

/**
 * The caller's address.
 *
 * @param header looks up a request header by its lower-case name.
 * @returns undefined when there is none that can be believed: such a request has no network.
 */
export function clientAddress(header: Header, frontEnd: FrontEnd): Address | undefined {
  switch (frontEnd.kind) {
    case 'app-service':
      return peerOf(header);
    case 'front-door':
      return behindFrontDoor(header, frontEnd);
    case 'proxy':
      return behindProxies(header, frontEnd);
    case 'none':
      return undefined;
  }
}

/**
 * Who spoke to App Service's front end: `client-ip`, and the last hop, since both are written by it. Where only one of them is there it
 * counts; where they disagree, what stands in front is no App Service, and somebody else has written one of them.
 */
function peerOf(header: Header): Address | undefined {
  const [direct, chain] = [header('client-ip'), header('x-forwarded-for')];
  const last = chain === undefined ? undefined : readHop(chain.slice(chain.lastIndexOf(',') + 1));
  if (direct === undefined) return last;
  const peer = readHop(direct);
  return chain === undefined || peer?.toString() === last?.toString() ? peer : undefined;
}

/**
 * Front Door says in `X-Azure-FDID` which profile it is, and in `X-Azure-SocketIP` who spoke to it; `X-Azure-ClientIP` is what the caller
 * says of itself. (https://learn.microsoft.com/azure/frontdoor/front-door-http-headers-protocol, read 2026-11.)
 */
function behindFrontDoor(
  header: Header,
  { id, networks }: Extract<FrontEnd, { kind: 'front-door' }>,
): Address | undefined {
  const isOurs = sameText((header('x-azure-fdid') ?? '').toLowerCase(), id.toLowerCase());
  if (!isOurs || !isTrusted(peerOf(header), networks)) return undefined;
  return readHop(header('x-azure-socketip'));
}

/** The entry as many places left of the last as there are proxies of one's own: each appends the address of its peer. */
function behindProxies(
  header: Header,
  { hops, networks }: Extract<FrontEnd, { kind: 'proxy' }>,
): Address | undefined {
  const chain = hopsOf(header);
  const last = readHop(chain.at(-1));
  const direct = header('client-ip');
  // A front end that appended nothing would move the count one place to the left, to what the caller wrote.
  if (direct !== undefined && (!last || readHop(direct)?.toString() !== last.toString())) return undefined;
  if (!isTrusted(direct === undefined ? undefined : last, networks)) return undefined;
  return readHop(chain[chain.length - 1 - hops]);
}

/** Whether a peer is one of ours; where no networks are named, the count of hops is all there is. */
const isTrusted = (peer: Address | undefined, networks: readonly string[]): boolean =>
  networks.length === 0 || liesIn(peer, networks);

function hopsOf(header: Header): readonly string[] {
  const chain = header('x-forwarded-for') ?? '';
  return chain.length > longestChain ? [] : chain.split(',');
}

/** Reads one hop: an address, with or without a port; `[v6]:port`. */
function readHop(text: string | undefined): Address | undefined {
  const [, trimmed = ''] = /^[ \t]*([^ \t]*)[ \t]*$/.exec(text ?? '') ?? [];
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(trimmed);
  if (bracketed) {
    const [, host = '', port = '0'] = bracketed;
    return host.includes(':') && isPort(port) ? parseAddress(host) : undefined;
  }
  const [, host = trimmed, port = '0'] = /^([\d.]+):(\d{1,5})$/.exec(trimmed) ?? [];
  return isPort(port) ? parseAddress(host) : undefined;
}

const isPort = (text: string): boolean => Number(text) <= 65_535;

/** Compares in constant time, whatever the lengths. */
function sameText(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
