/** TrueNAS: alerts as its API and its webhook-like services give them (truenas.com/docs, "Alert Services"). */
import type { Adapter, Alert, HookRequest, Reading } from '../alert.ts';
import { plainHtml } from '../markup.ts';
import { severityOf } from '../severity.ts';
import { at, drawn, fields, first, has, list, several, text, when, type Fields } from '../sketch.ts';

export const truenas: Adapter = {
  name: 'truenas',
  label: 'TrueNAS',
  read(request: HookRequest): Reading {
    const { value } = request;
    const entries = (
      Array.isArray(value) ? value : has(value, 'alerts') ? list(value['alerts']) : [value]
    ).slice(0, 200);
    if (entries.length === 0 || !entries.every(isAlert)) return undefined;
    return several(entries.map((entry) => alert(fields(entry))));
  },
};

function isAlert(entry: unknown): boolean {
  return has(entry, 'klass', 'level') && (has(entry, 'formatted') || has(entry, 'text'));
}

function alert(entry: Fields): Alert {
  const plain = plainHtml(first(entry['formatted'], entry['text']));
  const level = text(entry['level']);
  const isOver = entry['dismissed'] === true || entry['gone'] === true;
  const isInfo = /^(?:INFO|NOTICE)$/i.test(level);
  return drawn('truenas', {
    title: plain.text.split('\n')[0] ?? text(entry['klass']),
    severity: severityOf(level) ?? 'unknown',
    state: isOver ? 'resolved' : text(entry['klass']) === 'Test' ? 'test' : isInfo ? 'info' : 'firing',
    summary: plain.text,
    facts: [
      ['Level', level],
      ['Kind', entry['klass']],
      ['Node', entry['node']],
      ['Host', entry['hostname']],
    ],
    links: plain.links.map((link) => [link.label, link.url]),
    startedAt: when(at(entry['datetime'], '$date') ?? entry['datetime']),
    threadKey: first(entry['uuid'], entry['id'], entry['key']) || undefined,
  });
}
