/**
 * Everything about hooks, for the bridge: what comes in, and what the timer finds. Nothing is loaded before it is needed: adapters and
 * letters are most of the code.
 */
import type { HookVisit } from '../access/authorize-hook.ts';
import type { AccessRegister } from '../access/register.ts';
import type { SignedBody } from '../access/signature/verify.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { ok, type Result } from '../platform/problem.ts';
import type { AlertLedger } from '../sense/ledger.ts';
import type { Noted } from '../sense/silence.ts';
import type { Outgoing } from './outgoing.ts';
import type { SnsClient } from './sns-client.ts';
import type { HookCall, HookOutcome } from './submit-hook.ts';
import { submit, type SubmitParts } from './submit.ts';

/** What it needs. */
export interface HookDeskParts {
  readonly submission: () => Promise<SubmitParts>;
  readonly clock: Clock;
  readonly register: () => Promise<AccessRegister>;
  readonly ledger: AlertLedger;
  readonly log: Log;
  /** The route that a mail would take, for whoever wants to see it. */
  readonly route: (mail: Outgoing) => Promise<object>;
}

/** The desk. Methods throw RestError when storage cannot be reached. */
export interface HookDesk {
  /**
   * Accepts what the sender of a hook says, as a mail about it.
   *
   * @param once what tells this request from others, where its signature does.
   */
  submitHook(
    visit: HookVisit,
    facts: Pick<HookCall, 'method' | 'header' | 'query'>,
    body: Uint8Array,
    once?: SignedBody,
  ): Promise<Result<HookOutcome>>;
  /** Says what would become of such a call, as JSON, and keeps nothing of it. */
  dryRunHook(
    visit: HookVisit,
    facts: Pick<HookCall, 'method' | 'header' | 'query'>,
    body: Uint8Array,
    once?: SignedBody,
  ): Promise<Result<object>>;
  /** Sends what hooks tell without being called: digests, reminders, and that no call came. */
  watchHooks(): Promise<void>;
}

/** Opens it. */
export function openHookDesk(given: HookDeskParts): HookDesk {
  const { submission, register, ledger, clock, log, route } = given;
  const noted: Noted = new Map();
  let client: Promise<SnsClient> | undefined;
  const sns = () => (client ??= import('./sns-client.ts').then((door) => door.createSnsClient(clock)));
  return {
    async submitHook({ caller, hook }, { method, header, query }, body, once) {
      const { submitHook } = await import('./submit-hook.ts');
      const parts = await submission();
      return await submitHook(
        {
          clock,
          register: await register(),
          ledger,
          noted,
          sns,
          submit: (translated, delivery) =>
            submit(parts, { caller, header: once ? withoutKey(header) : header, body, translated, delivery }),
        },
        { hook, caller, method, header, query, body, once },
      );
    },
    async dryRunHook({ caller, hook }, { method, header, query }, body, once) {
      const { previewHook } = await import('./hook-preview.ts');
      const { hookPreviewView } = await import('./hook-preview-view.ts');
      const judging = await submission();
      const { records } = judging.outbox;
      const preview = await previewHook(
        { clock, register: await register(), ledger, records, judging, sns },
        { hook, caller, method, header, query, body, once },
      );
      if (!preview.ok) return preview;
      const { mail, problem } = preview.value;
      return ok(hookPreviewView(preview.value, mail && !problem ? await route(mail) : {}));
    },
    async watchHooks() {
      const { watchHooks } = await import('./watch-hooks.ts');
      const parts = await submission();
      const nothing = { header: () => undefined, body: new Uint8Array() };
      await watchHooks({
        clock,
        log,
        register: await register(),
        ledger,
        submit: (caller, translated, delivery) => submit(parts, { caller, ...nothing, translated, delivery }),
      });
    },
  };
}

/** Headers, but for the one with which whoever replays a signed body would make another request of it. */
const withoutKey =
  (header: HookCall['header']): HookCall['header'] =>
  (name) =>
    name === 'idempotency-key' ? undefined : header(name);
