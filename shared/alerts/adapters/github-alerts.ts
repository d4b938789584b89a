/** GitHub's security alerts: of dependencies, of code, of secrets. What is fixed or dismissed is over. */
import type { AlertState } from '../alert.ts';
import { severityOf } from '../severity.ts';
import { at, fields, first, text, when, type Fields, type Sketch } from '../sketch.ts';

function stateOf(action: string): AlertState {
  if (
    /^(?:fixed|resolved|dismissed|auto_dismissed|closed_by_user|resolve|dismiss|revoked|withdrawn)$/.test(
      action,
    )
  )
    return 'resolved';
  if (
    /^(?:created|create|reopened|reopened_by_user|auto_reopened|reintroduced|publicly_leaked|published)$/.test(
      action,
    )
  )
    return 'firing';
  return 'info';
}

function frame(
  kind: string,
  body: Fields,
  told: Pick<Sketch, 'title' | 'severity' | 'summary'> & { readonly facts: NonNullable<Sketch['facts']> },
): Sketch {
  const alert = fields(body['alert']);
  const action = text(body['action']);
  const state = stateOf(action);
  return {
    title: `${kind} alert ${action.replaceAll('_', ' ')}: ${told.title}`,
    severity: told.severity,
    state,
    summary: told.summary,
    facts: [
      ...told.facts,
      ['Dismissed because', first(alert['dismissed_reason'], alert['resolution'])],
      ['Dismissed by', at(alert, 'dismissed_by', 'login') ?? at(alert, 'resolved_by', 'login')],
      ['Alert', alert['number']],
    ],
    links: [
      ['Alert', alert['html_url']],
      ['Advisory', alert['external_reference']],
    ],
    startedAt: when(alert['created_at']),
    endedAt:
      state === 'resolved'
        ? when(alert['fixed_at'] ?? alert['dismissed_at'] ?? alert['resolved_at'] ?? alert['updated_at'])
        : undefined,
    threadKey: `${kind}:${text(alert['number']) || text(alert['id'])}`,
  };
}

export const githubAlerts: Readonly<Record<string, (body: Fields) => Sketch>> = {
  dependabot_alert: (body) => {
    const alert = fields(body['alert']);
    const advisory = fields(alert['security_advisory']);
    const flaw = fields(alert['security_vulnerability']);
    const name = first(at(alert, 'dependency', 'package', 'name'), at(flaw, 'package', 'name'));
    return frame('Dependabot', body, {
      title: first(advisory['summary'], name),
      severity: severityOf(first(flaw['severity'], advisory['severity'])) ?? 'warning',
      summary: advisory['description'],
      facts: [
        ['Package', name],
        ['Severity', first(flaw['severity'], advisory['severity'])],
        ['Affected', flaw['vulnerable_version_range']],
        ['Fixed in', at(flaw, 'first_patched_version', 'identifier')],
        ['Manifest', at(alert, 'dependency', 'manifest_path')],
        ['CVE', advisory['cve_id']],
        ['GHSA', advisory['ghsa_id']],
        ['CVSS', at(advisory, 'cvss', 'score')],
      ],
    });
  },
  repository_vulnerability_alert: (body) =>
    frame('Vulnerability', body, {
      title: first(at(body, 'alert', 'affected_package_name')),
      severity: severityOf(text(at(body, 'alert', 'severity'))) ?? 'warning',
      summary: '',
      facts: [
        ['Affected', at(body, 'alert', 'affected_range')],
        ['Fixed in', at(body, 'alert', 'fixed_in')],
        ['GHSA', at(body, 'alert', 'ghsa_id')],
      ],
    }),
  code_scanning_alert: (body) => {
    const alert = fields(body['alert']);
    const rule = fields(alert['rule']);
    const where = fields(at(alert, 'most_recent_instance'));
    return frame('Code scanning', body, {
      title: first(rule['description'], rule['name'], rule['id']),
      severity: severityOf(first(rule['security_severity_level'], rule['severity'])) ?? 'warning',
      summary: first(at(where, 'message', 'text'), rule['full_description']),
      facts: [
        ['Rule', rule['id']],
        ['Tool', at(alert, 'tool', 'name')],
        [
          'File',
          [text(at(where, 'location', 'path')), text(at(where, 'location', 'start_line'))]
            .filter(Boolean)
            .join(':'),
        ],
        ['Reference', first(body['ref'], where['ref'])],
        ['Commit', text(body['commit_oid']).slice(0, 12)],
      ],
    });
  },
  secret_scanning_alert: (body) => {
    const alert = fields(body['alert']);
    // The secret itself is in the body; it goes into no mail.
    return frame('Secret scanning', body, {
      title: first(alert['secret_type_display_name'], alert['secret_type']),
      severity: 'critical',
      summary: '',
      facts: [
        ['Kind of secret', first(alert['secret_type_display_name'], alert['secret_type'])],
        ['Validity', alert['validity']],
        ['Publicly leaked', alert['publicly_leaked']],
        ['Push protection bypassed', alert['push_protection_bypassed']],
      ],
    });
  },
  security_advisory: (body) => {
    const advisory = fields(body['security_advisory']);
    return {
      title: `advisory ${text(body['action'])}: ${first(advisory['summary'], advisory['ghsa_id'])}`,
      severity: severityOf(text(advisory['severity'])) ?? 'warning',
      state: stateOf(text(body['action'])),
      summary: advisory['description'],
      facts: [
        ['GHSA', advisory['ghsa_id']],
        ['CVE', advisory['cve_id']],
        ['Severity', advisory['severity']],
      ],
      links: [['Advisory', advisory['html_url']]],
      threadKey: text(advisory['ghsa_id']),
    };
  },
};
