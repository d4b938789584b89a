/**
 * Lets requests in: reads what they show, asks the register, and remembers who failed. What is decided, and by which rules, stands in
 * authorize.ts and authorize-hook.ts; this is what they need memory for.
 */
import type { Clock } from '../platform/clock.ts';
import { ok, refuse, type ProblemCode, type Result } from '../platform/problem.ts';
import type { Secret } from '../platform/secret.ts';
import { apiKeyId } from './api-key.ts';
import { countAttempts, sourceOf } from './attempts.ts';
import {
  authorize,
  authorizeOperator,
  type Administrator,
  type Caller,
  type Credentials,
} from './authorize.ts';
import { authorizeHook, type HookVisit } from './authorize-hook.ts';
import { readCarriers, type CarrierFacts } from './carriers.ts';
import { readCertificate } from './client-certificate.ts';
import type { EntraIdentity } from './entra-identity.ts';
import type { LastUses } from './last-use.ts';
import type { OperatorRole } from './operator.ts';
import type { AccessRegister } from './register.ts';
import { checkSignature, type SignedBody } from './signature/verify.ts';
import type { AccessStore } from './store.ts';
import type { KeyScope } from './stored-key.ts';

/** What of a request says who sends it. */
export type Visit = CarrierFacts & Pick<Credentials, 'clientAddress'>;

/** Verifies a token of Entra ID. @param register says of which tenants besides our own. */
export type TokenJudge = (token: Secret, register: AccessRegister) => Promise<Result<EntraIdentity>>;

/** What the doorkeeper works with. */
export interface DoorkeeperParts {
  readonly access: Pick<AccessStore, 'register'>;
  readonly uses: LastUses;
  readonly clock: Clock;
  /** Absent: tokens are not taken. */
  readonly judge?: TokenJudge;
  /** Whether the front end forwards the certificates of callers. */
  readonly certificates: boolean;
  /** Secrets that hooks name, by the name behind `POSTRIDER_SECRET_`. */
  readonly secrets: ReadonlyMap<string, Secret>;
}

/** The doorkeeper. Every method rejects with RestError when there is no register that may still be used. */
export interface Doorkeeper {
  /** @param needed what is to be done. */
  submitter(visit: Visit, needed: KeyScope): Promise<Result<Caller>>;
  /** @param needed the least role that may do it. */
  operator(visit: Visit, needed: OperatorRole): Promise<Result<Administrator>>;
  /** @param name of the hook; undefined when only the key tells. */
  hook(visit: Visit, name: string | undefined): Promise<Result<HookVisit>>;
  /** The second look at a hook that must be signed, when the body has been read. */
  signed(visit: Visit, hook: HookVisit, body: Uint8Array): Result<SignedBody>;
  /**
   * Has the rest of a recognition counted like all others: a vendor's client that signs its requests is recognised elsewhere.
   */
  judged<T>(visit: Visit, decided: Result<T>): Result<T>;
}

/** Refusals that a guess would meet. */
const guesses: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'invalid-api-key',
  'api-key-expired',
  'invalid-token',
  'invalid-certificate',
  'invalid-signature',
]);

/** Puts the doorkeeper to work. */
export function openDoorkeeper(parts: DoorkeeperParts): Doorkeeper {
  const { access, uses, clock, judge, certificates, secrets } = parts;
  const attempts = countAttempts();

  const judged = <T>({ clientAddress }: Visit, decided: Result<T>): Result<T> => {
    if (decided.ok || !guesses.has(decided.problem.code)) return decided;
    const [source, now] = [sourceOf(clientAddress), clock.now()];
    const wait = attempts.wait(source, now);
    attempts.failed(source, now);
    if (wait === undefined) return decided;
    return refuse(
      'too-many-failures',
      `Too many wrong credentials came from your address. Correct the credential, and try again in ${wait} s.`,
      { retryAfterSeconds: wait },
    );
  };

  const decide = async <T>(
    visit: Visit,
    rule: (register: AccessRegister, credentials: Credentials, now: Date) => Result<T>,
  ): Promise<Result<T>> => {
    const now = clock.now();
    const { clientAddress, header } = visit;
    const shown = readCarriers(visit, judge !== undefined);
    // Whoever keeps failing is judged by what is known: nothing is fetched for him.
    const patient = attempts.wait(sourceOf(clientAddress), now) === undefined;
    const register = await access.register(
      shown.kind === 'key' && patient ? apiKeyId(shown.text) : undefined,
    );
    const certificate = certificates ? readCertificate(header('x-arr-clientcert'), now) : ok(undefined);
    if (!certificate.ok && shown.kind === 'nothing') return judged(visit, certificate);
    const identity = shown.kind === 'token' && judge ? await judge(shown.text, register) : ok(undefined);
    if (!identity.ok) return judged(visit, identity);
    const credentials = {
      shown,
      clientAddress,
      identity: identity.value,
      certificate: certificate.ok ? certificate.value : undefined,
    };
    return judged(visit, rule(register, credentials, now));
  };

  return {
    judged,
    signed(visit, { hook, caller }, body) {
      const { header } = visit;
      const checked = judged(visit, checkSignature(hook, secrets, { header, body }, clock.now()));
      if (checked.ok) uses.note(hook.submitter, caller.keyId);
      return checked;
    },
    async submitter(visit, needed) {
      const caller = await decide(visit, (register, credentials, now) =>
        authorize(register, credentials, needed, now),
      );
      if (caller.ok) uses.note(caller.value.submitter.name, caller.value.keyId);
      return caller;
    },
    async operator(visit, needed) {
      const administrator = await decide(visit, (register, credentials, now) =>
        authorizeOperator(register, credentials, needed, now),
      );
      if (administrator.ok) uses.note(administrator.value.operator.name, administrator.value.keyId);
      return administrator;
    },
    async hook(visit, name) {
      const found = await decide(visit, (register, credentials, now) =>
        authorizeHook(register, credentials, name, now),
      );
      // Who must sign has not been recognised yet.
      if (found.ok && !found.value.mustSign) uses.note(found.value.hook.submitter, found.value.caller.keyId);
      return found;
    },
  };
}
