/**
 * Who may come in: submitters, hooks and operators, each by what they show, and how much a submitter has left. Part of the
 * composition root.
 */
import type { HookVisit } from './access/authorize-hook.ts';
import type { Administrator, Caller } from './access/authorize.ts';
import { openDoorkeeper, type Doorkeeper } from './access/doorkeeper.ts';
import { holderOf, type Holder } from './access/holder.ts';
import type { LastUses } from './access/last-use.ts';
import { lateJudge } from './access/late-judge.ts';
import type { OperatorRole } from './access/operator.ts';
import type { QuotaGate } from './access/quota-gate.ts';
import { authorizeSignedIn, isSignedIn } from './access/sign-in.ts';
import { bySignature, isExpected, isSigned } from './access/signature/by-signature.ts';
import type { SignedBody } from './access/signature/verify.ts';
import type { AccessStore } from './access/store.ts';
import type { KeyScope } from './access/stored-key.ts';
import { makeTurnstile } from './access/turnstile.ts';
import type { RequestFacts } from './http.ts';
import type { Clock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import type { Log } from './platform/log.ts';
import { ok, type Result } from './platform/problem.ts';

/** The entrance. Methods reject with RestError when there is no register that may still be used. */
export interface Entrance {
  /** Who may come in; the methods below ask it. */
  readonly doorkeeper: Doorkeeper;
  /**
   * Who is asking, and whether the key is good for what is to be done.
   *
   * @param body where `awaitsBody` tells that it is needed.
   */
  authorize(facts: RequestFacts, needed: KeyScope, body?: Uint8Array): Promise<Result<Caller>>;
  /** Whether who is asking can be told by the body alone, which a signature covers. */
  awaitsBody(facts: RequestFacts): Promise<boolean>;
  /**
   * Who is asking at a hook. Where it must be signed, `signed` has the last word.
   *
   * @param name of the hook; undefined when only the key tells.
   */
  authorizeHook(facts: RequestFacts, name: string | undefined): Promise<Result<HookVisit>>;
  /**
   * Whether the body of a request to a hook is signed, where it must be.
   *
   * @returns what is the same when the same request comes again; undefined where nothing need be signed.
   */
  signed(facts: RequestFacts, visit: HookVisit, body: Uint8Array): Promise<Result<SignedBody | undefined>>;
  /** Resolves when the turn of somebody who keeps guessing has come, within a second. */
  slowDown(): Promise<void>;
  /** Headers that tell a caller what is left of its limits. */
  rateLimit(caller: Caller): Record<string, string>;
  /** Which operator is asking, and whether the role will do. */
  authorizeOperator(facts: RequestFacts, needed: OperatorRole): Promise<Result<Administrator>>;
  /** Whose request was refused, as far as a right key tells. Never throws. */
  holder(facts: RequestFacts): Promise<Holder>;
}

/** Opens it. */
export function openEntrance(parts: {
  readonly config: Config;
  readonly access: AccessStore;
  readonly uses: LastUses;
  readonly quota: QuotaGate;
  readonly clock: Clock;
  readonly log: Log;
  /** Resolves after so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
}): Entrance {
  const { config, access, uses, quota, clock, log, wait } = parts;
  const turnstile = makeTurnstile();
  const doorkeeper = openDoorkeeper({
    access,
    uses,
    clock,
    certificates: config.clientCertificates,
    secrets: config.secrets,
    ...(config.entraAudience.length > 0 ? { judge: lateJudge(config, clock, log) } : {}),
  });

  return {
    doorkeeper,
    async authorize(facts, needed, body = new Uint8Array()) {
      const caller = isSigned(facts.header)
        ? doorkeeper.judged(
            facts,
            bySignature(await access.register(), config.secrets, { ...facts, body }, clock.now()),
          )
        : await doorkeeper.submitter(facts, needed);
      if (!caller.ok) return caller;
      const taken = await quota.take(caller.value.submitter, { requests: 1 });
      return taken.ok ? caller : taken;
    },
    awaitsBody: async ({ header }) => isSigned(header) && isExpected(await access.register(), header),
    async authorizeHook(facts, name) {
      const visit = await doorkeeper.hook(facts, name);
      // What must be signed, and is not, shall use up nothing of the submitter's.
      if (!visit.ok || visit.value.mustSign) return visit;
      const taken = await quota.take(visit.value.caller.submitter, { requests: 1 });
      return taken.ok ? visit : taken;
    },
    async signed(facts, visit, body) {
      if (!visit.mustSign) return ok(undefined);
      const signed = doorkeeper.signed(facts, visit, body);
      if (!signed.ok) return signed;
      const taken = await quota.take(visit.caller.submitter, { requests: 1 });
      return taken.ok ? signed : taken;
    },
    slowDown: () => wait(turnstile.next(clock.now())),
    rateLimit: ({ submitter }) => quota.headers(submitter),
    authorizeOperator: async (facts, needed) =>
      config.operatorSignIn && isSignedIn(facts)
        ? authorizeSignedIn(facts, config.tenantId, needed)
        : await doorkeeper.operator(facts, needed),
    holder: (facts) => holderOf(access, facts),
  };
}
