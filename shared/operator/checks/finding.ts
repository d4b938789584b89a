/**
 * What `postrider config check` can find, by code. `docs/operations.md` names each, and a test holds the two together.
 */

/** How bad it is: an error does not work or is dangerous, a warning probably is not meant so. */
export type Level = 'error' | 'warning' | 'info';

/** All codes, each with its level. A code is stable: scripts may branch on it. */
export const findingLevels = {
  'settings-invalid': 'error',
  'credential-expires': 'warning',
  'no-submitter': 'info',
  'no-way-in': 'error',
  'only-expired-keys': 'error',
  'no-sender': 'warning',
  'sender-not-served': 'error',
  'open-network': 'error',
  'wide-network': 'warning',
  'same-network': 'error',
  'overlapping-networks': 'warning',
  'network-unseen': 'error',
  'secret-missing': 'error',
  'secret-weak': 'warning',
  'same-credential': 'error',
  'tokens-not-taken': 'error',
  'certificates-not-taken': 'error',
  'internal-unknown': 'error',
  'redirect-without-address': 'error',
  'mode-left-on': 'warning',
  'limit-never-reached': 'warning',
  'burst-below-rate': 'warning',
  'message-above-body': 'info',
  expired: 'warning',
  'expires-soon': 'warning',
  'key-unused': 'warning',
  'key-without-holder': 'warning',
  'key-without-hook': 'warning',
  'route-unused': 'warning',
  'route-not-served': 'error',
  'hook-without-submitter': 'error',
  'hook-submitter-off': 'warning',
  'hook-sender-refused': 'error',
  'hook-adapter-unknown': 'warning',
  'hook-zone-unknown': 'warning',
  'hook-template-missing': 'error',
  'template-broken': 'error',
  'no-admin': 'warning',
  'operator-without-key': 'warning',
  'switch-thrown': 'warning',
  'suppression-expired': 'info',
  'webhook-off': 'warning',
  'webhook-without-submitter': 'warning',
  'front-end-open': 'warning',
  'webhooks-to-private': 'warning',
} as const satisfies Readonly<Record<string, Level>>;
export type FindingCode = keyof typeof findingLevels;

/** One thing that was found. */
export interface Finding {
  readonly level: Level;
  readonly code: FindingCode;
  /** The entry or setting, e.g. `submitters/app` or `POSTRIDER_ROUTES`. */
  readonly where: string;
  readonly message: string;
  /** What to do. */
  readonly fix: string;
}

/** Makes a finding. */
export const found = (code: FindingCode, where: string, message: string, fix: string): Finding => ({
  level: findingLevels[code],
  code,
  where,
  message,
  fix,
});
