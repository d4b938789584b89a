/**
 * One body, several alerts: lists of events at the top or under a name such as `alerts`.
 */
import { flatten } from './leaves.ts';
import { wordsOf } from './names.ts';
import { findSeverity } from './severity.ts';
import { findState } from './state.ts';
import { findTimes } from './times.ts';
import { findTitle } from './title.ts';

/** Most alerts that are made of one body. */
const elementLimit = 50;

/** Lists under these names are of alerts, whatever else the body says. */
const ofAlerts = /^(?:alerts|alarms|incidents|problems|events|violations|notifications|records)$/;
/** Lists under these names are alerts when the body has no title of its own; else they are the lines of one report. */
const ofAnything = /^(?:items|entries|messages|data|results|issues|findings|value|list|payload)$/;

/** A body taken apart. */
export interface Elements {
  readonly elements: readonly object[];
  /** How many were left out. */
  readonly missing: number;
  /** What they have in common. */
  readonly shared: Readonly<Record<string, unknown>>;
}

/** The alerts of a body that holds several; undefined when it is about one thing. */
export function splitElements(value: unknown): Elements | undefined {
  if (Array.isArray(value)) return toElements(value, {});
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const key = wordsOf(name).join('');
    if (!Array.isArray(inner) || inner.length < 2 || !(ofAlerts.test(key) || ofAnything.test(key))) continue;
    const shared: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [other, field] of Object.entries(value)) if (other !== name) shared[other] = field;
    if (ofAnything.test(key) && findTitle(flatten(shared).leaves).found) continue;
    const elements = toElements(inner, shared);
    if (elements) return elements;
  }
  return undefined;
}

function toElements(list: readonly unknown[], shared: Record<string, unknown>): Elements | undefined {
  const objects = list.filter(
    (element) => typeof element === 'object' && element !== null && !Array.isArray(element),
  );
  if (objects.length < 2 || objects.length < list.length) return undefined;
  // The first ones tell what the list is of.
  if (!objects.slice(0, 3).every(tellsOfAnAlert)) return undefined;
  return {
    elements: (objects as object[]).slice(0, elementLimit),
    missing: Math.max(0, objects.length - elementLimit),
    shared,
  };
}

function tellsOfAnAlert(element: unknown): boolean {
  const { leaves } = flatten(element);
  if (!findTitle(leaves).found) return false;
  return (
    findState(leaves, true).weight > 0 ||
    findSeverity(leaves) !== undefined ||
    findTimes(leaves).startedAt !== undefined
  );
}
