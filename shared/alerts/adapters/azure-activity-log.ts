/**
 * Entries of the Azure activity log, as alerts carry them: administrative operations, service health, resource health, autoscale,
 * security, recommendations. The common schema and the older one hold the same entry.
 *
 * `monitorCondition` is always `Fired` here; whether something began or ended stands in the entry.
 * https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-payload-samples
 */
import type { AlertState, Severity } from '../alert.ts';
import { plainHtml } from '../markup.ts';
import { firstSeverity } from '../severity.ts';
import { at, fields, first, isFields, list, nested, shown, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { linesOf } from '../value.ts';
import type { Line } from '../value.ts';

/** What an entry tells beyond the alert that carries it. */
export interface Entry {
  readonly title?: string | undefined;
  readonly state: AlertState;
  readonly severity?: Severity | undefined;
  readonly summary?: string | undefined;
  readonly lines: readonly Line[];
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
  /** An id that the entries of one incident share. */
  readonly incident?: string | undefined;
  /** Whether the title says nothing of the resource, and has to be told with it. */
  readonly ofResource?: boolean;
}

/** The number that some entries have for a level (EventLevel of .NET). */
const levels: Readonly<Record<string, Severity>> = {
  1: 'critical',
  2: 'error',
  3: 'warning',
  4: 'info',
  5: 'info',
};

const over = /^(?:resolved|complete|completed|canceled|cancelled|mitigated|rca|inactive)$/i;

export function isEntry(value: unknown): value is Fields {
  return (
    isFields(value) &&
    ['operationName', 'eventSource', 'correlationId'].filter((key) => value[key] != null).length > 1
  );
}

/** Reads an entry. */
export function readEntry(entry: Fields): Entry {
  const properties = fields(nested(entry['properties']));
  const operation = first(entry['operationName']);
  if (/servicehealth/i.test(operation) || Object.hasOwn(properties, 'trackingId'))
    return serviceHealth(entry, properties);
  if (Object.hasOwn(properties, 'currentHealthStatus')) return resourceHealth(properties);
  const status = first(entry['status']);
  const failed = /^fail/i.test(status);
  return {
    // A failed operation began and ended at once: nothing will report its end.
    state: failed || /^activated?$/i.test(status) ? 'firing' : 'info',
    severity: failed ? 'error' : levelOf(entry['level']),
    summary: first(
      entry['Activity Log Event Description'],
      entry['description'],
      properties['recommendationName'],
      properties['description'],
      properties['message'],
    ),
    lines: [
      ['Operation', operation],
      ['Status', [status, first(entry['subStatus'])].filter((part) => part !== '').join(', ')],
      ['Caller', entry['caller']],
      ['Source', entry['eventSource']],
      ['Level', entry['level']],
      ...linesOf(properties, 'hierarchy', 'message', 'entity', 'eventCategory', 'description'),
      ['Correlation id', entry['correlationId']],
    ],
  };
}

function levelOf(level: unknown): Severity | undefined {
  const word = text(level);
  return (Object.hasOwn(levels, word) ? levels[word] : undefined) ?? firstSeverity(word);
}

function serviceHealth(entry: Fields, properties: Fields): Entry {
  const stage = first(properties['stage'], entry['status']);
  const kind = first(properties['incidentType']);
  const tells = /^(?:informational|actionrequired|security|billing)$/i.test(kind);
  const resolved = over.test(stage);
  return {
    title: first(properties['defaultLanguageTitle'], properties['title']),
    state: resolved ? 'resolved' : tells ? 'info' : 'firing',
    summary: plainHtml(
      first(properties['defaultLanguageContent'], properties['communication']).slice(0, 50_000),
    ).text,
    lines: [
      ['Service', first(properties['service']) || impacted(properties)],
      ['Region', properties['region']],
      ['Stage', stage],
      ['Type', kind],
      ['Impacted', impacted(properties)],
      ['Tracking id', properties['trackingId']],
    ],
    startedAt: timeOf(properties['impactStartTime']),
    endedAt: resolved ? timeOf(properties['impactMitigationTime']) : undefined,
    incident: first(properties['trackingId']),
  };
}

/** Services and regions; the list comes as an array or as JSON in a string. */
function impacted(properties: Fields): string {
  return list(nested(properties['impactedServices']))
    .map((service) => {
      const regions = list(at(service, 'ImpactedRegions')).map((region) => text(at(region, 'RegionName')));
      const name = text(at(service, 'ServiceName'));
      return regions.length > 0 ? `${name} (${regions.join(', ')})` : name;
    })
    .join('\n');
}

function resourceHealth(properties: Fields): Entry {
  const current = text(properties['currentHealthStatus']);
  const well = /^available$/i.test(current);
  const severity: Severity = /^unavailable$/i.test(current) ? 'critical' : 'warning';
  return {
    title: first(properties['title']),
    ofResource: true,
    state: well ? 'resolved' : 'firing',
    severity: well ? 'ok' : severity,
    summary: first(properties['details']),
    lines: [
      ['Health', `${current} (was ${shown(properties['previousHealthStatus']) || 'unknown'})`],
      ['Cause', properties['cause']],
      ['Type', properties['type']],
    ],
  };
}
