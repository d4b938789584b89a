import { auditView } from '../shared/audit/event.ts';
import { json } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { operate } from './operate.ts';

/** `GET /operator/audit`: who was refused what, and who changed what, newest first. */
operate('operator-audit', { methods: ['GET'], route: 'audit', role: 'viewer' }, async ({ request }) => {
  const { readAuditQuery } = await import('../shared/audit/query.ts');
  const further = new URL(request.url).searchParams;
  const query = readAuditQuery(further);
  if (!query.ok) return query;
  const { events, next } = await bridge.audit.list(query.value);
  if (next !== undefined) further.set('cursor', next);
  // RFC 8288
  const link = next === undefined ? {} : { link: `</operator/audit?${further.toString()}>; rel="next"` };
  return json(200, { object: 'list', data: events.map(auditView), has_more: next !== undefined }, link);
});
