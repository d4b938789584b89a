/**
 * Networks and client addresses, IPv4 and IPv6 (RFC 4632, RFC 4291).
 *
 * ipaddr.js reads `010.0.0.0` as octal and `10/8` as 10.0.0.0/8; an authorisation must not depend on such readings, so a text is
 * first held to the plain forms and only then parsed.
 */
import ipaddr from 'ipaddr.js';

/** A parsed network. */
export interface Network {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  /** Length of the prefix in bits. */
  readonly prefix: number;
}

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;

/**
 * Reads an address: dotted decimal without leading zeros, or IPv6 without a zone. IPv4-mapped IPv6 becomes IPv4.
 *
 * @returns undefined for anything else.
 */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipv4.test(text)) return ipaddr.IPv4.parse(text);
  if (!text.includes(':') || !/^[0-9a-fA-F:.]+$/.test(text) || !ipaddr.IPv6.isValid(text)) return undefined;
  // ipaddr.js takes ::10.1.2.3 for ::ffff:10.1.2.3; only the mapped form may stand for an IPv4 address.
  const dotted = /^::ffff:(.*\..*)$/i.exec(text)?.[1];
  if (text.includes('.') && (dotted === undefined || !ipv4.test(dotted))) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/**
 * Reads a network in CIDR form; a bare address is a network of one.
 *
 * @returns undefined when it is none, or when bits are set behind the prefix (10.0.0.1/8 is a mistake, not a network).
 */
export function parseNetwork(text: string): Network | undefined {
  const [host = '', bits, more] = text.split('/');
  if (more !== undefined) return undefined;
  const address = parseAddress(host);
  if (!address) return undefined;
  const width = address.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return { address, prefix: width };
  if (!/^(?:0|[1-9]\d{0,2})$/.test(bits)) return undefined;
  // ::ffff:10.0.0.0/104 names an IPv4 network with an IPv6 prefix.
  const prefix = host.includes(':') && width === 32 ? Number(bits) - 96 : Number(bits);
  if (prefix < 0 || prefix > width) return undefined;
  return hostBitsAreZero(address.toByteArray(), prefix) ? { address, prefix } : undefined;
}

/** Whether an address lies in a network. An IPv4 address is never in an IPv6 network, nor the other way round. */
export function contains(network: Network, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return network.address.kind() === address.kind() && address.match(network.address, network.prefix);
}

/** Whether an address lies in one of some networks, given as texts. No address lies in none; a text that is no network holds nobody. */
export const liesIn = (
  address: ipaddr.IPv4 | ipaddr.IPv6 | undefined,
  networks: readonly string[],
): boolean =>
  address !== undefined &&
  networks.some((text) => {
    const network = parseNetwork(text);
    return network !== undefined && contains(network, address);
  });

function hostBitsAreZero(bytes: readonly number[], prefix: number): boolean {
  return bytes.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, prefix - i * 8));
    return (byte & (0xff >> bits)) === 0;
  });
}
