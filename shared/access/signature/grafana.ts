/**
 * Grafana's webhook contact point: HMAC-SHA256 in hexadecimal as `X-Grafana-Alerting-Signature` (`X-Grafana-Alert-Signature` where its
 * library is left to itself), of the body, or of `<time>:<body>` where the contact point names a header for the time. That header is to
 * be named `X-Grafana-Alerting-Timestamp`. (http/hmac.go of github.com/grafana/alerting, read 2026-11.)
 */
import { isMac, isRecent, macOf } from './mac.ts';
import type { Scheme } from './scheme.ts';

export const grafana: Scheme = (secret, { header, body }, now) => {
  const given = header('x-grafana-alerting-signature') ?? header('x-grafana-alert-signature') ?? '';
  if (given === '') return { ok: false, fault: 'missing' };
  const time = header('x-grafana-alerting-timestamp');
  if (time === undefined) {
    const mac = macOf(secret, body);
    // Else an old request with a time could be sent again without one, as a body that begins with the time.
    const wrong = !isMac(given, 'hex', mac) || beginsWithTime(body);
    return wrong ? { ok: false, fault: 'wrong' } : { ok: true, once: mac.toString('hex'), dated: false };
  }
  const mac = macOf(secret, `${time}:`, body);
  if (!isMac(given, 'hex', mac)) return { ok: false, fault: 'wrong' };
  if (!isRecent(time, now)) return { ok: false, fault: 'stale' };
  return { ok: true, once: mac.toString('hex'), dated: true };
};

const beginsWithTime = (body: Uint8Array): boolean =>
  /^\d+:/.test(Buffer.from(body.subarray(0, 32)).toString('latin1'));
