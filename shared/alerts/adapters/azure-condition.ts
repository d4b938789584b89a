/**
 * Conditions, log searches and resources as Azure Monitor's schemas, old and new, write them.
 */
import { entry } from '../../platform/entry.ts';
import type { Severity } from '../alert.ts';
import { at, first, isFields, list, shown, text } from '../sketch.ts';
import type { Fields, Sketch } from '../sketch.ts';
import type { Line } from '../value.ts';

/** `Sev0` to `Sev4`; verbose is no more than informational to a reader. */
const severities: readonly Severity[] = ['critical', 'error', 'warning', 'info', 'info'];

/** Reads `Sev2`, or the number alone. */
export function severityOfSev(sev: unknown): Severity | undefined {
  const digit = /^(?:sev)?([0-4])$/i.exec(text(sev))?.[1];
  return digit === undefined ? undefined : severities[Number(digit)];
}

const signs: Readonly<Record<string, string>> = {
  GreaterThan: '>',
  GreaterThanOrEqual: '≥',
  LessThan: '<',
  LessThanOrEqual: '≤',
  Equals: '=',
  Equal: '=',
  GreaterOrLessThan: 'outside',
};

function sign(operator: string): string {
  const name = operator.replaceAll(' ', '');
  return entry(signs, name) ?? operator;
}

/** The last segment of a resource id, which people know it by. */
export function resourceName(id: string): string {
  return id.slice(-500).replace(/\/+$/, '').split('/').at(-1) ?? '';
}

/** Where the portal of the public cloud shows a resource. */
export function portalLink(id: string): string {
  return /^\/subscriptions\//i.test(id) ? `https://portal.azure.com/#resource${id}` : '';
}

/** One line per criterion with value and threshold, then the dimensions. */
export function conditionLines(condition: Fields): readonly Line[] {
  const all = list(condition['allOf']);
  const criteria = all.length > 0 ? all : [condition];
  return [...criteria.filter(isFields).flatMap(criterionLines), ['Window', condition['windowSize']]];
}

function criterionLines(criterion: Fields): readonly Line[] {
  const name =
    first(criterion['metricName'], criterion['metricMeasureColumn'], criterion['webTestName']) || 'Result';
  const value = first(criterion['metricValue']) || 'none';
  const how = first(criterion['timeAggregation']);
  const limit = first(criterion['threshold']);
  const against = limit === '' ? '' : ` (${sign(text(criterion['operator']))} ${limit})`;
  const failing = criterion['failingPeriods'];
  const periods = first(at(failing, 'minFailingPeriodsToAlert'));
  return [
    [how === '' ? name : `${name} (${how.toLowerCase()})`, `${value}${against}`],
    ...list(criterion['dimensions']).map((dimension): Line => [
      text(at(dimension, 'name')),
      at(dimension, 'value'),
    ]),
    ['Query', criterion['searchQuery']],
    ['Namespace', criterion['metricNamespace']],
    ['Sensitivity', criterion['alertSensitivity']],
    [
      'Failing periods',
      periods === '' ? '' : `${periods} of ${text(at(failing, 'numberOfEvaluationPeriods'))}`,
    ],
    ['Web test', name === criterion['webTestName'] ? '' : criterion['webTestName']],
    ['Failed locations', criterion['failedLocationCount']],
  ];
}

/** A log alert of the first version, in the common schema or before it. */
export function logLines(context: Fields): readonly Line[] {
  const limit = first(context['Threshold'], context['AlertThresholdValue']);
  const operator = first(context['Operator'], context['AlertThresholdOperator']);
  return [
    [
      'Results',
      `${first(context['ResultCount']) || 'none'}${limit === '' ? '' : ` (${sign(operator)} ${limit})`}`,
    ],
    ...list(context['Dimensions']).map((dimension): Line => [
      text(at(dimension, 'name')),
      at(dimension, 'value'),
    ]),
    ['Query', context['SearchQuery']],
    ['From', context['SearchIntervalStartTimeUtc']],
    ['To', context['SearchIntervalEndtimeUtc'] ?? context['SearchIntervalEndTimeUtc']],
    ['Workspace', context['WorkspaceId']],
    ['Application', context['ApplicationId']],
    ...rows(context['SearchResult'] ?? context['SearchResults']),
  ];
}

/** The rows that a log alert of the first version brings along. */
function rows(result: unknown): readonly Line[] {
  const table = list(at(result, 'tables'))[0];
  const columns = list(at(table, 'columns')).map((column) => text(at(column, 'name')));
  return list(at(table, 'rows'))
    .slice(0, 10)
    .map((row, index): Line => [
      `Row ${index + 1}`,
      list(row)
        .map((cell, place) => [columns[place], shown(cell)])
        .filter(([, cell]) => cell !== '')
        .map(([name, cell]) => `${name}: ${cell}`)
        .join('\n'),
    ]);
}

/** Links to the search in the portal; those to the API are for programs. */
export function logLinks(context: Fields): NonNullable<Sketch['links']> {
  const places = [context, ...list(at(context, 'condition', 'allOf'))];
  return places.flatMap((place) => [
    ['Search results', at(place, 'linkToFilteredSearchResultsUI')] as const,
    ['Search results', at(place, 'linkToSearchResultsUI')] as const,
    ['Search results', at(place, 'LinkToFilteredSearchResultsUI')] as const,
    ['Search results', at(place, 'LinkToSearchResults')] as const,
  ]);
}
