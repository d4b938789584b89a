/**
 * Proxmox VE, Backup Server and Mail Gateway: a webhook target whose template has the documented properties
 * (pve.proxmox.com/pve-docs, "Notifications"). Tables in `message` are aligned with blanks and stay as they are. `timestamp` is in
 * seconds.
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, HookRequest, Reading, Severity } from '../alert.ts';
import { fields, given, has, isFields, nested, one, text, when } from '../sketch.ts';

const severities: Readonly<Record<string, Severity>> = {
  info: 'info',
  notice: 'info',
  warning: 'warning',
  error: 'error',
  unknown: 'unknown',
};

const own = ['type', 'job-id', 'hostname', 'datastore'];

export const proxmox: Adapter = {
  name: 'proxmox',
  label: 'Proxmox',
  read(request: HookRequest): Reading {
    const body = given(request);
    const severity = entry(severities, text(body['severity']).toLowerCase());
    const of = nested(body['fields']);
    if (!has(body, 'title', 'message') || severity === undefined) return undefined;
    const isMine =
      (isFields(of) && own.some((key) => has(of, key))) ||
      (has(body, 'timestamp') && /\bvzdump\b|\bproxmox\b|\bpve\b|\bpbs\b/i.test(text(body['title'])));
    if (!isMine) return undefined;
    const more = fields(of);
    const title = text(body['title']);
    const isBad = severity === 'error' || severity === 'warning';
    const isTest =
      /^test notification$/i.test(title) ||
      /\bthis is a test of the notification target\b/i.test(text(body['message']));
    const isGood = severity === 'info' && /success/i.test(title);
    return one('proxmox', {
      title: title || text(more['type']),
      severity: isGood ? 'ok' : severity,
      state: isTest ? 'test' : isBad ? 'firing' : 'info',
      summary: body['message'],
      facts: [
        ['Host', more['hostname']],
        ['Type', more['type']],
        ['Job', more['job-id']],
        ['Datastore', more['datastore']],
        ['Severity', body['severity']],
      ],
      startedAt: when(body['timestamp']),
      threadKey:
        [more['hostname'], more['type'], more['job-id'] ?? more['datastore']]
          .map(text)
          .filter(Boolean)
          .join(':') || undefined,
    });
  },
};
