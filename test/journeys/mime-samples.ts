/**
 * Internet messages whose bodies must arrive as they were sent.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sender } from './world.ts';

/** A message. */
export interface Sample {
  readonly subject: string;
  readonly message: Buffer;
}

const head = (subject: string): string =>
  [`From: ${sender}`, 'To: ann@example.com', `Subject: ${subject}`, 'MIME-Version: 1.0', ''].join('\r\n');

const lines = (text: string): string => text.trim().replaceAll(/\r?\n[ \t]*/g, '\r\n');

/** An invitation beside the text of it (RFC 6047 §4). */
export const invitation: Sample = {
  subject: 'Invitation',
  message: Buffer.from(
    `${head('Invitation')}${lines(`
      Content-Type: multipart/alternative; boundary="=_a b"

      --=_a b
      Content-Type: text/plain; charset=utf-8
      Content-Transfer-Encoding: 8bit

      Come – at nine.
      --=_a b
      Content-Type: text/calendar; charset=utf-8; method=REQUEST
      Content-Transfer-Encoding: 7bit

      BEGIN:VCALENDAR
      METHOD:REQUEST
      END:VCALENDAR
      --=_a b--
    `)}\r\n`,
  ),
};

/** An encrypted message (RFC 8551 §3.3), which is one file. */
export const encrypted: Sample = {
  subject: 'Encrypted',
  message: Buffer.from(
    `${head('Encrypted')}${lines(`
      Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m
      Content-Transfer-Encoding: base64
      Content-Disposition: attachment; filename=smime.p7m

      MIAGCSqGSIb3DQEHA6CAMIACAQ==
    `)}\r\n`,
  ),
};

/** A report of a delivery that failed (RFC 3464). */
export const report: Sample = {
  subject: 'Report',
  message: Buffer.from(
    `${head('Report')}${lines(`
      Auto-Submitted: auto-replied
      Content-Type: multipart/report; report-type=delivery-status; boundary=r

      --r

      It failed.
      --r
      Content-Type: message/delivery-status

      Reporting-MTA: dns; mx.example.com

      Final-Recipient: rfc822; bob@example.com
      Action: failed
      Status: 5.1.1
      --r--
    `)}\r\n`,
  ),
};

/** A message that openssl has signed, and a way to ask openssl whether the signature of another one is good. */
export interface Signed extends Sample {
  verifies(message: Buffer): boolean;
}

const openssl = (...args: string[]): Buffer =>
  execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });

/** @returns undefined where there is no openssl. */
export function signed(): Signed | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'postrider-smime-'));
  const at = (name: string) => path.join(folder, name);
  try {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      at('key'),
      '-out',
      at('cert'),
      '-subj',
      '/CN=a',
    );
    writeFileSync(at('text'), 'Content-Type: text/plain; charset=utf-8\r\n\r\nSigned –  as it is. \r\n\r\n');
    const body = openssl(
      'cms',
      '-sign',
      '-in',
      at('text'),
      '-signer',
      at('cert'),
      '-inkey',
      at('key'),
      '-crlfeol',
    );
    const whole = `${head('Signed')}${body.toString('latin1').replace(/^MIME-Version:.*\r?\n/, '')}`;
    return {
      subject: 'Signed',
      message: Buffer.from(whole, 'latin1'),
      verifies(message) {
        const again = mkdtempSync(path.join(tmpdir(), 'postrider-smime-'));
        const file = path.join(again, 'mail');
        writeFileSync(file, message);
        try {
          openssl('cms', '-verify', '-noverify', '-in', file);
          return true;
        } catch {
          return false;
        } finally {
          rmSync(again, { recursive: true });
        }
      },
    };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What follows the header section. */
export const bodyOf = (message: Buffer): string => {
  const text = message.toString('latin1');
  return text.slice(text.search(/\r?\n\r?\n/)).replace(/^\r?\n\r?\n/, '');
};
