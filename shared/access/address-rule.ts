/**
 * Addresses as a policy names them: an address, `@domain` for all of a domain, `@*.domain` for all below it. Pure.
 */
import { parseDomain } from '../message/domain.ts';

/** Whether one of the rules means an address. @param address in normal form (message.ts); case does not count. */
export const meansAddress = (rules: readonly string[], address: string): boolean => {
  const wanted = address.toLowerCase();
  return rules.some((rule) => isMeant(rule, wanted));
};

function isMeant(rule: string, address: string): boolean {
  const trimmed = rule.trim();
  const at = trimmed.lastIndexOf('@');
  if (at === -1) return false;
  const domain = domainOf(address);
  const named = trimmed.slice(at + 1);
  if (at > 0) return `${trimmed.slice(0, at).toLowerCase()}@${normal(named)}` === address;
  return named.startsWith('*.') ? domain.endsWith(`.${normal(named.slice(2))}`) : domain === normal(named);
}

/** People write domains as they are shown, and some with the dot at the end that DNS puts there. */
function normal(domain: string): string {
  const text = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  const parsed = parseDomain(text);
  return parsed.ok ? parsed.domain : text.toLowerCase();
}

/**
 * An address, and the one that it is a subaddress of (RFC 5233): mail for `ops+x@example.com` comes to `ops@example.com` with Exchange
 * Online and most others. What is allowed must be allowed itself; what is forbidden is forbidden by either.
 */
export function withMain(address: string): readonly string[] {
  const plus = address.indexOf('+');
  const at = address.lastIndexOf('@');
  return plus > 0 && plus < at ? [address, address.slice(0, plus) + address.slice(at)] : [address];
}

/** The domain of an address, in lower case. */
export const domainOf = (address: string): string =>
  address.slice(address.lastIndexOf('@') + 1).toLowerCase();
