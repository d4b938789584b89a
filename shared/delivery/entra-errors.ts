/**
 * What Entra ID says when it gives no token, as a table of AADSTS numbers.
 *
 * Microsoft asks clients to react to `error` and to use the numbers for diagnosis only, so a number that is not listed is
 * judged by its `error` and status, and one that is listed serves the hint first. A fault in the set-up never fails a message:
 * somebody will fix it, and the message waits.
 */
import { entry } from '../platform/entry.ts';
import type { Finding } from './verdict.ts';

/** A row. */
export interface EntraRow {
  /** AADSTS numbers, as in `error_codes`. */
  readonly codes: readonly number[];
  readonly verdict: 'transient' | 'configuration';
  /** What is wrong and which setting or grant to change: one sentence. */
  readonly hint: string;
  readonly source: string;
}

const documented =
  'https://learn.microsoft.com/entra/identity-platform/reference-error-codes, read 2026-11-20';
const devops =
  'https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity, read 2026-11-20';
const remembered = 'Seen in practice; not in the documentation read on 2026-11-20';

const configuration = (codes: readonly number[], hint: string, source: string): EntraRow => ({
  codes,
  verdict: 'configuration',
  hint,
  source,
});
const transient = (codes: readonly number[], hint: string, source: string): EntraRow => ({
  codes,
  verdict: 'transient',
  hint,
  source,
});

/** The table. */
export const entraErrors: readonly EntraRow[] = [
  configuration(
    [7000215],
    'POSTRIDER_CLIENT_SECRET is wrong: it must be the value of the client secret, not its ID.',
    documented,
  ),
  configuration(
    [7000222],
    'The client secret has expired: make a new one and put its value into POSTRIDER_CLIENT_SECRET.',
    documented,
  ),
  configuration(
    [7000218],
    'Entra ID got no credential: set POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID, POSTRIDER_KEY_VAULT_CERTIFICATE, POSTRIDER_CLIENT_CERTIFICATE or POSTRIDER_CLIENT_SECRET, and use an app registration that is not a public client.',
    documented,
  ),
  configuration(
    [700016],
    'POSTRIDER_CLIENT_ID names no app of this tenant: check it, POSTRIDER_TENANT_ID and POSTRIDER_CLOUD.',
    documented,
  ),
  configuration(
    [7000112, 70001],
    'The app named by POSTRIDER_CLIENT_ID is disabled or missing: enable it under Enterprise applications.',
    documented,
  ),
  configuration(
    [7000229],
    'The app named by POSTRIDER_CLIENT_ID has no service principal in the tenant: grant it admin consent.',
    remembered,
  ),
  configuration(
    [90002],
    'POSTRIDER_TENANT_ID names no tenant: check it, and POSTRIDER_CLOUD, for the tenant may live in another cloud.',
    documented,
  ),
  configuration([900023], 'POSTRIDER_TENANT_ID is neither a GUID nor a domain name.', remembered),
  configuration(
    [90038, 900382, 900432],
    'The tenant lives in another national cloud: set POSTRIDER_CLOUD to it.',
    documented,
  ),
  configuration(
    [500011],
    'The tenant does not know the resource: check POSTRIDER_CLOUD, POSTRIDER_GRAPH_RESOURCE and POSTRIDER_EXCHANGE_RESOURCE, and that the tenant has Exchange Online.',
    documented,
  ),
  configuration(
    [70011, 1002012],
    'The scope is malformed: POSTRIDER_GRAPH_RESOURCE and POSTRIDER_EXCHANGE_RESOURCE must be bare origins.',
    documented,
  ),
  configuration([700022], 'The scopes of two resources were asked for at once.', documented),
  configuration(
    [65001, 650056, 650057],
    'The app lacks a permission: add Mail.Send (Graph) or SMTP.SendAsApp (Exchange) as an application permission and grant admin consent.',
    documented,
  ),
  configuration(
    [700027],
    'Entra ID does not know the certificate (POSTRIDER_CLIENT_CERTIFICATE or POSTRIDER_KEY_VAULT_CERTIFICATE): upload its public part to the app registration.',
    documented,
  ),
  configuration(
    [700024],
    "The credential is outside its time window: set this machine's clock right.",
    devops,
  ),
  configuration(
    [700030],
    'The subject of the certificate (POSTRIDER_CLIENT_CERTIFICATE or POSTRIDER_KEY_VAULT_CERTIFICATE) is not authorised for the app.',
    documented,
  ),
  configuration(
    [70021, 700213],
    'No federated credential of the app matches: its subject must be the object (principal) ID of the identity named by POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID.',
    devops,
  ),
  configuration(
    [700211],
    'The federated credential of the app has another issuer: it must be the issuer of the tenant of the managed identity.',
    remembered,
  ),
  configuration(
    [700212],
    "The federated credential of the app has another audience: it must be POSTRIDER_TOKEN_EXCHANGE_AUDIENCE, or the cloud's own.",
    remembered,
  ),
  configuration(
    [700229],
    'The federated credential must be the token of a managed identity: check POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID.',
    documented,
  ),
  configuration(
    [700236],
    'Entra ID does not take its own tokens as a federated credential here: use a user-assigned managed identity of the same tenant in POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID.',
    remembered,
  ),
  configuration(
    [53003],
    'A Conditional Access policy for workload identities blocks the app, often by network location: exempt it or send from an allowed address.',
    remembered,
  ),
  configuration(
    [530032],
    'A security policy of the tenant blocks the app: see its sign-in log under Enterprise applications.',
    documented,
  ),
  configuration(
    [501051],
    'The app requires an assignment it does not have: assign it to the resource under Enterprise applications.',
    remembered,
  ),
  transient([50196], 'Entra ID saw too many equal requests and refuses them for a while.', remembered),
  transient(
    [90033, 90024, 90006, 90012, 90090, 50000],
    'Entra ID is not available for the moment.',
    documented,
  ),
  transient([90055], 'Entra ID throttles the tenant.', documented),
];

/** The words of an OAuth 2.0 error response (RFC 6749 §5.2) that say something about us. */
const byError: Readonly<Record<string, string>> = {
  invalid_client: 'Entra ID does not accept the credential of the app.',
  unauthorized_client: 'Entra ID does not let the app named by POSTRIDER_CLIENT_ID ask for tokens.',
  invalid_request:
    'Entra ID finds the request for a token wrong: check POSTRIDER_TENANT_ID and POSTRIDER_CLIENT_ID.',
  invalid_scope: 'Entra ID does not know the scope: check POSTRIDER_CLOUD.',
  invalid_resource: 'Entra ID does not know the resource: check POSTRIDER_CLOUD.',
  access_denied: 'A policy of the tenant blocks the app.',
};

/** A refusal of Entra ID, in the words of its JSON body. */
export interface EntraRefusal {
  /** `error`. */
  readonly error?: string;
  /** The first of `error_codes`. */
  readonly number?: number;
  /** HTTP status. */
  readonly status?: number;
}

const rows = new Map(entraErrors.flatMap((row) => row.codes.map((code) => [code, row] as const)));

/** Classifies a refusal. What is in no table is transient. */
export function classifyEntraError({ error, number, status }: EntraRefusal): Finding {
  const row = number === undefined ? undefined : rows.get(number);
  if (row) return { verdict: row.verdict, reason: row.hint };
  const known = error === undefined ? undefined : entry(byError, error);
  if (known !== undefined && (status === undefined || status < 500)) {
    return { verdict: 'configuration', reason: known };
  }
  return { verdict: 'transient', reason: 'Entra ID gave no token, for a reason that is not known.' };
}
