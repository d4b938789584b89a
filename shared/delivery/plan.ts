/**
 * Which route a message takes, and why: a pure planner that can explain itself.
 *
 * The routes of a sender stand in order of preference. A route is out when it cannot carry the message (size, or recipients that only
 * SMTP can pick out), when it has been tried in this round, or when its circuit is open. Of the others
 *
 * 1. the first that carries all that matters is taken: headers of the submitter, a text part of their own, no copy in Sent Items;
 * 2. else the first, and what it cannot carry is told.
 *
 * So the order decides, unless an earlier route would drop something that a later one carries. Losing something now is better than
 * waiting for a route whose circuit is open: mail here is mostly alerts.
 *
 * No reason names an address: reasons are logged.
 */
import type { Message } from '../message/message.ts';
import type { Config } from '../platform/config.ts';
import { judgeFit, type Fit, type SendForm } from './fit.ts';
import type { Outcome } from './outcome.ts';
import { routeName, type Route } from './route.ts';

/** Whether a route works, as far as is known. `half-open`: one message may try. */
export type Health =
  | { readonly state: 'closed' | 'half-open' }
  | {
      readonly state: 'open';
      /** When to look again. */
      readonly until: Date;
      /** The failure that opened it; one sentence. */
      readonly reason: string;
    };

/** A route, and what the planner thought of it. */
export interface Considered {
  readonly route: Route;
  /** One sentence. */
  readonly why: string;
}

/** What to do with a message now. */
export type Plan =
  | {
      readonly kind: 'send';
      readonly route: Route;
      readonly form: SendForm;
      /** One sentence. */
      readonly reason: string;
      /** In words for the submitter. */
      readonly notCarried: readonly string[];
      /** Application permissions that the route and form need. */
      readonly permissions: readonly string[];
      readonly considered: readonly Considered[];
    }
  | {
      /** Every route that could carry it is out for the moment. */
      readonly kind: 'wait';
      /** When the first of the circuits lets somebody try; `now` when all routes have been tried in this round. */
      readonly until: Date;
      readonly reason: string;
      readonly considered: readonly Considered[];
    }
  | {
      /** No route can carry it. The reason names the permission or the setting that would help. */
      readonly kind: 'impossible';
      readonly reason: string;
      readonly considered: readonly Considered[];
    };

/** What the plan is made from. */
export interface PlanFacts {
  readonly message: Message;
  /** Best first; see `routesOf`. */
  readonly routes: readonly Route[];
  readonly permissions: Config['graphPermissions'];
  readonly health: (route: Route) => Health;
  readonly now: Date;
  /** Addresses that are still to be served, when others have it already. */
  readonly pending?: readonly string[];
  /** Names of routes that are not to be tried again in this round. */
  readonly without?: readonly string[];
}

/** A route, judged. */
type Candidate =
  | { readonly kind: 'ready'; readonly route: Route; readonly fit: Extract<Fit, { fits: true }> }
  | { readonly kind: 'open'; readonly route: Route; readonly why: string; readonly until: Date }
  | { readonly kind: 'tried' | 'unfit'; readonly route: Route; readonly why: string };

/** Plans. The same facts give the same plan. */
export function planRoute(facts: PlanFacts): Plan {
  const candidates = facts.routes.map((route) => judge(facts, route));
  const ready = candidates.filter((candidate) => candidate.kind === 'ready');
  const chosen = ready.find(({ fit }) => !fit.loses) ?? ready[0];
  const considered = candidates.map((candidate) => ({
    route: candidate.route,
    why: explain(candidate, chosen),
  }));
  if (chosen?.kind === 'ready') {
    const { route, fit } = chosen;
    const { form, notCarried, permissions } = fit;
    const reason = sendReason(candidates, chosen);
    return { kind: 'send', route, form, reason, notCarried, permissions, considered };
  }
  const open = candidates.filter((candidate) => candidate.kind === 'open');
  const [first] = open.toSorted((a, b) => a.until.getTime() - b.until.getTime());
  if (first) return { kind: 'wait', until: first.until, reason: first.why, considered };
  if (candidates.some(({ kind }) => kind === 'tried')) {
    const reason = 'Every route that can carry the message has been tried in this round.';
    return { kind: 'wait', until: facts.now, reason, considered };
  }
  const reason = [...new Set(considered.map(({ why }) => why))].join(' ');
  return { kind: 'impossible', reason, considered };
}

function judge(facts: PlanFacts, route: Route): Candidate {
  const name = routeName(route);
  const fit = judgeFit(facts.message, route, facts.permissions, facts.pending);
  if (!fit.fits) return { kind: 'unfit', route, why: fit.reason };
  if (facts.without?.includes(name)) {
    return { kind: 'tried', route, why: 'It has been tried in this round.' };
  }
  const health = facts.health(route);
  if (health.state !== 'open') return { kind: 'ready', route, fit };
  const why = `Its circuit is open until ${health.until.toISOString()}: ${health.reason}`;
  return { kind: 'open', route, why, until: health.until };
}

function explain(candidate: Candidate, chosen: Candidate | undefined): string {
  if (candidate.kind !== 'ready') return candidate.why;
  if (candidate === chosen) return 'Chosen.';
  if (candidate.fit.loses) return `It would lose something: ${candidate.fit.notCarried.join(' ')}`;
  return 'It could carry the message, and an earlier route does.';
}

function sendReason(candidates: readonly Candidate[], chosen: Extract<Candidate, { kind: 'ready' }>): string {
  const [first] = candidates;
  const { transport } = chosen.route;
  if (chosen === first) {
    return chosen.fit.loses
      ? `The first route, ${transport}; no other that is ready carries more.`
      : `The first route, ${transport}, carries the message.`;
  }
  const place = candidates.indexOf(chosen) + 1;
  if (first?.kind === 'ready') {
    return `Route ${place}, ${transport}, carries what an earlier one would lose.`;
  }
  return chosen.fit.loses
    ? `Route ${place}, ${transport}, is the first that is ready; no other that is ready carries more.`
    : `Route ${place}, ${transport}, is the first that is ready and carries the message.`;
}

/**
 * Whether another route may be tried at once after this outcome.
 *
 * - after a deferral: yes, the message has certainly not been sent; but not when we were only asked to come later, nor when recipients
 *   were refused, by their own servers, whatever the route;
 * - after a failure: only when the set-up of this route is at fault; a fault of the message is the same everywhere;
 * - after an unknown outcome: no, it may have been sent;
 * - after success: there is nothing to try.
 */
export function mayFailOver(outcome: Outcome): outcome is Extract<Outcome, { kind: 'deferred' | 'failed' }> {
  if (outcome.kind !== 'deferred' && outcome.kind !== 'failed') return false;
  if (outcome.rejected) return false;
  return outcome.kind === 'deferred' ? outcome.fault !== 'throttled' : outcome.fault === 'configuration';
}
