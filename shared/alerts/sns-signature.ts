/**
 * The signature of Amazon SNS, without the network: what was signed, where its certificate may come from, and whether it is right.
 *
 * Whoever fetches the certificate asks `certificateAddress` first and follows no redirect; a body that names its own certificate proves
 * nothing. https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
import { createVerify, X509Certificate } from 'node:crypto';
import type { Fields } from './sketch.ts';

const notification = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
const subscription = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

/** Version 1 is SHA-1 with RSA, version 2 SHA-256. */
const algorithms: Readonly<Record<string, string>> = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' };

/** Whether an address leads to SNS itself, in any partition: the host of a region, no port, no user. */
export function isSnsAddress(address: unknown): address is string {
  if (typeof address !== 'string' || address.length > 4096 || !URL.canParse(address)) return false;
  const url = new URL(address);
  return (
    url.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    /^sns\.[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}\.amazonaws\.com(?:\.cn)?$/.test(url.hostname)
  );
}

/**
 * Where the certificate of a message is.
 *
 * @returns an address of SNS that ends in `.pem` and has no query; undefined when the message names any other.
 */
export function certificateAddress(message: Fields): URL | undefined {
  const address = message['SigningCertURL'] ?? message['SigningCertUrl'];
  if (!isSnsAddress(address)) return undefined;
  const url = new URL(address);
  return /^\/[\w-]{1,200}\.pem$/.test(url.pathname) && url.search === '' && url.hash === '' ? url : undefined;
}

/**
 * The text that SNS signed: name and value on lines of their own, in the order of the names; a subject only where there is one.
 *
 * @returns undefined when a field is missing or no string.
 */
export function stringToSign(message: Fields): string | undefined {
  const names = message['Type'] === 'Notification' ? notification : subscription;
  const lines: string[] = [];
  for (const name of names) {
    const value = message[name];
    if (value == null && name === 'Subject') continue;
    if (typeof value !== 'string') return undefined;
    lines.push(name, value);
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Whether the message is what SNS signed.
 *
 * @param pem the certificate from `certificateAddress(message)`.
 * @param now for the certificate's own validity.
 * @returns false for a wrong signature, another version, a lapsed certificate, and for what is no certificate.
 */
export function isSignedBy(message: Fields, pem: string, now: Date): boolean {
  const version = message['SignatureVersion'];
  const algorithm = version === '1' || version === '2' ? algorithms[version] : undefined;
  const signed = stringToSign(message);
  const signature = message['Signature'];
  if (algorithm === undefined || signed === undefined || typeof signature !== 'string') return false;
  try {
    const certificate = new X509Certificate(pem);
    if (now < certificate.validFromDate || now > certificate.validToDate) return false;
    return createVerify(algorithm).update(signed, 'utf8').verify(certificate.publicKey, signature, 'base64');
  } catch {
    return false;
  }
}
