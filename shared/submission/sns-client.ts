/**
 * Fetches the certificate with which Amazon SNS signs, and opens the link that confirms a subscription. A door.
 *
 * It goes to SNS and nowhere else: https, the host of a region, no redirects, a few seconds, a few kilobytes. Both addresses come out
 * of a body that anybody may have written.
 */
import { get } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isSnsAddress } from '../alerts/sns-signature.ts';
import type { Clock } from '../platform/clock.ts';

/** What SNS is asked. */
export interface SnsClient {
  /**
   * The certificate at an address, from memory where it has been fetched within a day. Never rejects.
   *
   * @param url as `certificateAddress` gives it.
   * @returns PEM; undefined when it cannot be had now.
   */
  certificate(url: URL): Promise<string | undefined>;
  /** Opens the link of a subscription. Never rejects. @returns whether SNS says that it is confirmed. */
  confirm(url: string): Promise<boolean>;
}

/** What tests put in place of the internet: SNS is known by its name, which no test can have. */
export interface SnsNetwork {
  readonly lookup: LookupFunction;
  readonly port: number;
  /** Authorities that are trusted, PEM. */
  readonly ca: string;
}

/** Milliseconds that SNS has for an answer; it waits 15 s for ours. */
const timeout = 3000;

/** Bytes of an answer; a certificate has some two thousand. */
const mostBytes = 16_384;

/** How long a certificate serves, in milliseconds. Its own validity is looked at each time. */
const maxAge = 86_400_000;

/** How long one that could not be had is not asked for again, in milliseconds. */
const coolDown = 5000;

/** How many certificates are kept; SNS has one for each region. */
const mostKept = 20;

interface Kept {
  readonly pem: Promise<string | undefined>;
  readonly until: number;
}

export function createSnsClient(clock: Clock, network?: SnsNetwork): SnsClient {
  const kept = new Map<string, Kept>();

  return {
    certificate(url) {
      const now = clock.now().getTime();
      const known = kept.get(url.href);
      if (known && now < known.until) return known.pem;
      const keep = (pem: Kept['pem'], until: number) => {
        kept.delete(url.href);
        const [oldest] = kept.keys();
        if (oldest !== undefined && kept.size >= mostKept) kept.delete(oldest);
        kept.set(url.href, { pem, until });
      };
      const pem = fetchText(url, network).then((text) => {
        if (!text?.includes('-----BEGIN CERTIFICATE-----')) {
          keep(Promise.resolve(undefined), now + coolDown);
          return undefined;
        }
        return text;
      });
      keep(pem, now + maxAge);
      return pem;
    },
    async confirm(url) {
      if (!isSnsAddress(url)) return false;
      return (await fetchText(new URL(url), network)) !== undefined;
    },
  };
}

/** The body of a 200; undefined for anything else. */
function fetchText(url: URL, network: SnsNetwork | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const nothing = () => resolve(undefined);
    if (!isSnsAddress(url.href)) return nothing();
    const options = { agent: false, signal: AbortSignal.timeout(timeout), ...network } as const;
    const request = get(url, options, (response) => {
      response.on('error', nothing);
      if (response.statusCode !== 200) {
        nothing();
        response.destroy();
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > mostBytes) {
          nothing();
          response.destroy();
        } else chunks.push(chunk);
      });
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    });
    request.on('error', nothing);
  });
}
