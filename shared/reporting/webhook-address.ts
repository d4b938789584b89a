/**
 * Where a webhook may go: to https, and to no address of our own network. The bridge stands inside a virtual network and holds an
 * identity; a request it can be made to send must not reach what only it can reach (server-side request forgery).
 */
import { contains, parseAddress, parseNetwork } from '../access/network.ts';

/** Names that plain http may go to where private addresses are allowed. */
const localNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Longest URL taken. */
const longestUrl = 2048;

/**
 * Reads the URL of an endpoint.
 *
 * @param allowPrivate whether addresses of our own network are allowed: for the sandbox and for tests.
 * @returns the URL, or one sentence that says what is wrong with it.
 */
export function readWebhookUrl(
  text: string,
  allowPrivate: boolean,
): { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly reason: string } {
  const url = URL.canParse(text) && text.length <= longestUrl ? new URL(text) : undefined;
  if (!url) return { ok: false, reason: 'It must be a URL of at most 2,048 characters.' };
  const local = allowPrivate && url.protocol === 'http:' && localNames.has(url.hostname);
  if (url.protocol !== 'https:' && !local) return { ok: false, reason: 'It must begin with https://.' };
  if (url.username || url.password) {
    return {
      ok: false,
      reason: 'It must not hold a user name or password: the signature proves who is calling.',
    };
  }
  const literal = literalAddress(url);
  if (literal !== undefined && !allowPrivate && !isPublicAddress(literal)) {
    return { ok: false, reason: 'It names an address that is not on the public internet.' };
  }
  return { ok: true, url };
}

/** The IP address that a URL names, without brackets; undefined when it names a host. `URL` has made `2130706433` `127.0.0.1`. */
export function literalAddress({ hostname }: URL): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return parseAddress(hostname) ? hostname : undefined;
}

/**
 * Addresses that look public and are not: the Azure platform's own, reachable from every virtual machine
 * (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
 */
const platformAddresses: ReadonlySet<string> = new Set(['168.63.129.16']);

/** IPv6 addresses given out for global use (https://www.iana.org/assignments/ipv6-unicast-address-assignments). */
const globalIpv6 = parseNetwork('2000::/3');

/**
 * Whether an address is one of the public internet. Everything that is not known to be is not: private, loopback, link-local,
 * shared (RFC 6598), reserved, multicast and documentation addresses, and those that wrap an IPv4 address (6to4, Teredo, NAT64). An
 * IPv4-mapped one counts as the IPv4 address it stands for.
 *
 * @param text an IPv4 or IPv6 address.
 */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text);
  if (!address || address.range() !== 'unicast' || platformAddresses.has(address.toString())) return false;
  return address.kind() === 'ipv4' || (globalIpv6 !== undefined && contains(globalIpv6, address));
}
