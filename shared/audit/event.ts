/**
 * What the audit trail holds: every refusal and every change that somebody made, with who, from where and by what rule. Never the
 * content of a message, an address in one, or a secret.
 */
import type ipaddr from 'ipaddr.js';
import type { Fault, Problem, ProblemCode } from '../platform/problem.ts';

/** Who did it, or tried to. */
export interface Actor {
  /** `command-line`: somebody who can reach the storage account. `stranger`: nobody was recognised. */
  readonly kind: 'submitter' | 'operator' | 'command-line' | 'stranger';
  /** Name of the submitter or operator. */
  readonly name?: string;
  /** Public part of the key that was shown. */
  readonly keyId?: string;
}

/** Who, and from where. */
export interface Author {
  readonly actor: Actor;
  /** The client address; absent when there is none that can be believed, and on the command line. */
  readonly source?: string;
}

/** A refused request. */
export interface Refusal extends Author {
  readonly method: string;
  /** Template of the path, e.g. `/emails/{id}`: what stands in its place may be a token. */
  readonly path: string;
  readonly rule: ProblemCode;
  /** Where in the body something was wrong, e.g. `#/to/0`. */
  readonly pointers?: readonly string[];
}

/** What can be done to an entry of the register, or to a dead letter. */
export const actions = [
  'created',
  'changed',
  'removed',
  'disabled',
  'enabled',
  'rotated',
  'replayed',
  'discarded',
  'shown',
] as const;
export type Action = (typeof actions)[number];

/** A change that was made. */
export interface Change extends Author {
  readonly action: Action;
  /** What was changed: its kind and name, e.g. `submitters/app`. */
  readonly entry: string;
  /** Names of the fields that have another value now; the values stand in the register. */
  readonly fields?: readonly string[];
  /** What allowed it: the role that was needed, or access to storage. */
  readonly rule: 'viewer' | 'operator' | 'admin' | 'storage';
  /** How many things of one kind were changed at once; one when absent. */
  readonly count?: number;
}

/** One event, or many of the same kind in one. */
export type AuditEvent = (
  | ({ readonly kind: 'refusal' } & Refusal)
  | ({ readonly kind: 'change' } & Change)
) & {
  /** Newest first in the order of ids. */
  readonly id: string;
  readonly at: Date;
  /** How often it happened, from `at` to `until`. */
  readonly count: number;
  readonly until?: Date;
};

/** Most pointers that an event has. */
const mostPointers = 10;

/** Where the faults are, without what the submitter made up: names of unknown fields are content. */
export function pointersOf(errors: readonly Fault[] | undefined): readonly string[] | undefined {
  return errors?.slice(0, mostPointers).map(({ pointer }) =>
    pointer
      .split('/')
      .slice(0, mostPointers)
      .map((step, i) => (i === 0 || /^(?:[a-z][a-z_]{0,31}|\d{1,6})$/.test(step) ? step : '*'))
      .join('/'),
  );
}

/** A refusal, of what is known of its request. */
export function refusalOf(problem: Problem, request: Omit<Refusal, 'rule' | 'pointers'>): Refusal {
  const pointers = pointersOf(problem.errors);
  return { ...request, rule: problem.code, ...(pointers && pointers.length > 0 ? { pointers } : {}) };
}

/** Who, from a client address. */
export const authorOf = (actor: Actor, address: ipaddr.IPv4 | ipaddr.IPv6 | undefined): Author =>
  address ? { actor, source: address.toString() } : { actor };

/** What a stranger has many of: of IPv6 the whole /64, which is one connection's. */
export const neighbourhoodOf = (source: string | undefined): string => {
  if (source === undefined) return 'unknown';
  if (!source.includes(':')) return source;
  const [head = '', tail = ''] = source.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
};

/** An event as the API and the command line show it. */
export function auditView(event: AuditEvent): object {
  const { actor, at, until, count } = event;
  const which =
    event.kind === 'refusal'
      ? { method: event.method, path: event.path, pointers: event.pointers }
      : { action: event.action, entry: event.entry, fields: event.fields };
  return {
    object: 'audit_event',
    id: event.id,
    kind: event.kind,
    at: at.toISOString(),
    until: until?.toISOString(),
    count,
    actor: { kind: actor.kind, name: actor.name, key_id: actor.keyId },
    source: event.source,
    rule: event.rule,
    ...which,
  };
}
