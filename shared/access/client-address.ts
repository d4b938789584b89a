/**
 * Where a request really comes from.
 *
 * App Service's front end overwrites `client-ip` and appends the address of its peer to `x-forwarded-for`; everything further
 * left was sent by the caller and proves nothing. Behind n trusted proxies of one's own the caller's address is the entry n
 * places left of the last. (Azure app-service-linux-docs, Things_You_Should_Know/headers.md)
 */
import type ipaddr from 'ipaddr.js';
import { parseAddress } from './network.ts';

/**
 * The caller's address.
 *
 * @param header looks up a request header by its lower-case name.
 * @param trustedProxies how many proxies of one's own stand in front of the platform's front end.
 * @returns undefined when there is none that can be believed: such a request has no network.
 */
export function clientAddress(
  header: (name: string) => string | undefined,
  trustedProxies: number,
): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const direct = header('client-ip');
  if (trustedProxies === 0 && direct !== undefined) return parseAddress(withoutPort(direct));
  const chain = (header('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
  const hop = chain[chain.length - 1 - trustedProxies];
  return hop === undefined ? undefined : parseAddress(withoutPort(hop));
}

/** `1.2.3.4:5678` and `[2001:db8::1]:5678` without the port; a bare IPv6 address as it is. */
function withoutPort(text: string): string {
  const trimmed = text.trim();
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(trimmed);
  if (bracketed) return bracketed[1] ?? '';
  const v4 = /^([^:]*):\d{1,5}$/.exec(trimmed);
  return v4 ? (v4[1] ?? '') : trimmed;
}
