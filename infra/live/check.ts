/**
 * What a check against the real world tells: whether it passed, and what to do when it did not.
 */
import type { ProviderTrace } from '../../shared/reporting/event.ts';
import type { Outcome } from '../../shared/delivery/outcome.ts';

/** One thing that was tried. */
export interface Check {
  readonly name: string;
  /** `warning`: it works, and somebody should look at it. `skipped`: it was not asked for, or cannot be done from here. */
  readonly state: 'passed' | 'failed' | 'warning' | 'skipped';
  /** One or two sentences: what was seen, what to do. */
  readonly detail: string;
  /** What Microsoft needs to know for a support case. */
  readonly trace?: ProviderTrace;
}

/** Makes a check of a name. */
export const check = (name: string, state: Check['state'], detail: string, trace?: ProviderTrace): Check => ({
  name,
  state,
  detail,
  ...(trace === undefined ? {} : { trace }),
});

/** What an attempt to send tells. A grant that was made today may be the reason of a refusal, so that is said. */
export function checkOfOutcome(name: string, outcome: Outcome, relayed: string): Check {
  switch (outcome.kind) {
    case 'relayed':
      return check(name, 'passed', relayed, outcome.trace);
    case 'deferred': {
      const young =
        outcome.fault === 'configuration'
          ? ' A grant made within the last two hours may not have reached every server yet.'
          : '';
      return check(name, 'failed', `${outcome.reason}${young}`, outcome.trace);
    }
    case 'failed':
      return check(name, 'failed', outcome.reason, outcome.trace);
    case 'unknown':
      return check(
        name,
        'failed',
        `${outcome.reason} The mail may have been sent: look into the mailbox.`,
        outcome.trace,
      );
  }
}
