/** What GitLab warns of: alerts of its own management, vulnerabilities, tokens that end. */
import { severityOf } from '../severity.ts';
import { at, fields, first, list, shown, text, when, type Fields, type Sketch } from '../sketch.ts';

export const gitlabAlerts: Readonly<Record<string, (value: Fields) => Sketch>> = {
  alert: alerted,
  vulnerability: vulnerable,
  access_token: expiring,
  deploy_token: expiring,
};

function vulnerable(value: Fields): Sketch {
  const of = fields(value['object_attributes']);
  const over = /^(?:resolved|dismissed)$/.test(text(of['state']));
  return {
    title: `vulnerability ${text(of['state'])}: ${text(of['title'])}`,
    severity: severityOf(text(of['severity'])) ?? 'warning',
    state: over ? 'resolved' : 'firing',
    facts: [
      ['Severity', of['severity']],
      ['Location', shown(of['location'])],
      ['Identifiers', list(of['identifiers']).map((one) => text(at(one, 'name')))],
    ],
    links: [['Vulnerability', of['url']]],
    threadKey: `vulnerability:${text(of['url'])}`,
  };
}

/** A token that ends soon: whatever uses it will fail. */
function expiring(value: Fields): Sketch {
  const of = fields(value['object_attributes']);
  const name = text(of['name']);
  return {
    title: `access token ${name} expires${text(of['expires_at']) === '' ? '' : ` on ${text(of['expires_at'])}`}`,
    severity: 'warning',
    state: 'firing',
    facts: [
      ['Token', name],
      ['Expires', of['expires_at']],
    ],
  };
}

/** An alert of GitLab's own alert management (`object_kind: alert`). */
function alerted(value: Fields): Sketch {
  const of = fields(value['object_attributes'] ?? value['alert']);
  const status = text(of['status']).toLowerCase();
  const state = /resolved/.test(status)
    ? 'resolved'
    : /acknowledged|ignored/.test(status)
      ? 'acknowledged'
      : 'firing';
  return {
    title: first(of['title']) || 'alert',
    severity: severityOf(text(of['severity'])) ?? 'error',
    state,
    summary: of['description'],
    facts: [
      ['Severity', of['severity']],
      ['Events', of['events']],
      ['Monitoring tool', of['monitoring_tool']],
    ],
    links: [['Alert', first(of['url'], of['web_url'], of['details_url'])]],
    startedAt: when(of['started_at']),
    endedAt: when(of['ended_at']),
    threadKey: `alert:${text(of['iid']) || text(of['id'])}`,
  };
}
