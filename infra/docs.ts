/**
 * Makes the pages that must agree with the code: `docs/configuration.md` from the settings and `docs/errors.md` from the
 * table of refusals. A test makes them again and compares.
 */
import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { clouds } from '../shared/platform/clouds.ts';
import { refusals } from '../shared/platform/refusals.ts';
import type { Setting } from '../shared/platform/setting.ts';
import { settings } from '../shared/platform/settings.ts';

/** The pages by path, relative to the repository. */
export function pages(): Readonly<Record<string, string>> {
  return { 'docs/configuration.md': configurationPage(), 'docs/errors.md': errorsPage() };
}

const note = (source: string) => `<!-- Made from ${source} by \`npm run docs\`. Do not edit. -->`;

function configurationPage(): string {
  const rows = Object.entries<Setting<unknown>>(settings).map(([name, { means, schema, otherwise }]) => {
    const { enum: choices } = z.toJSONSchema(schema(), { io: 'input', unrepresentable: 'any' });
    const values = choices ? ` One of ${choices.map((choice) => `\`${String(choice)}\``).join(', ')}.` : '';
    const value = otherwise?.value;
    const text = value === undefined ? '' : written(name, value);
    const fallback = otherwise ? text && `\`${text}\`` : '**required**';
    return `| \`${name}\` | ${means}${values} | ${fallback} |`;
  });
  const endpoints = Object.entries(clouds).map(
    ([name, cloud]) =>
      `| \`${name}\` | ${cloud.loginUrl} | ${cloud.graphUrl} | ${cloud.exchangeResource} | ${cloud.smtpHost} |`,
  );
  const domains = Object.entries(clouds).map(
    ([name, cloud]) =>
      `| \`${name}\` | \`${cloud.tokenExchangeAudience}\` | \`<vault>.${new URL(cloud.keyVaultResource).hostname}\` | \`<account>.<service>.${cloud.storageSuffix}\` |`,
  );
  return `${note('shared/platform/settings.ts')}

# Configuration

Settings are application settings of the function app, and environment variables on your machine. Durations are whole numbers
followed by \`s\`, \`m\`, \`h\` or \`d\`; lists are separated by commas. A missing or wrong setting stops the app at start with one
sentence that names it.

| Setting | Meaning | Default |
| --- | --- | --- |
${rows.join('\n')}

Set exactly one of \`POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID\`, \`POSTRIDER_KEY_VAULT_CERTIFICATE\`, \`POSTRIDER_CLIENT_CERTIFICATE\` and
\`POSTRIDER_CLIENT_SECRET\`, the first that you can: [exchange-setup](exchange-setup.md#the-credential).

\`POSTRIDER_SECRET_<NAME>\` (any number of them) holds a secret with which requests are signed: of a webhook sender, or of a client that
signs instead of sending a key. The register names it; let the setting be a reference to Key Vault.

## Storage

Postrider keeps everything in the storage account of the function app, under the names \`PostriderMessages\`,
\`PostriderAccess\`, \`PostriderUses\`, \`PostriderAudit\`, \`PostriderPace\` and \`PostriderAlerts\` (tables), \`postrider-outbox\`, \`postrider-outbox-high\`, \`postrider-outbox-low\` and \`postrider-events\` (queues,
each with its \`…-poison\`) and \`postrider-content\` (container). They are created when first written.

| Setting | Meaning |
| --- | --- |
| \`AzureWebJobsStorage\` | Connection string of the storage account, or \`UseDevelopmentStorage=true\` for Azurite at its usual ports. |
| \`AzureWebJobsStorage__accountName\` | Instead of a connection string: name of the storage account, reached with the managed identity. |
| \`AzureWebJobsStorage__tableServiceUri\`, \`__queueServiceUri\`, \`__blobServiceUri\` | Instead of the account name, where the addresses are unusual. |
| \`AzureWebJobsStorage__clientId\` | Client ID of a user-assigned identity; the system-assigned one when omitted. |

The identity needs Storage Queue Data Contributor, Storage Table Data Contributor and Storage Blob Data Owner.

## Clouds

\`POSTRIDER_CLOUD\` fills these; each can be overridden by its own setting.

| Cloud | Entra ID | Graph | Exchange resource | SMTP AUTH |
| --- | --- | --- | --- | --- |
${endpoints.join('\n')}

| Cloud | Audience of federated credentials | Key Vault | Storage account by its name |
| --- | --- | --- | --- |
${domains.join('\n')}

GCC is \`global\`. Which of these were confirmed, and which are the first to doubt, stands in \`shared/platform/clouds.ts\`. The vault and the
storage account may lie in the Azure of another cloud than the tenant only where their addresses are given: \`POSTRIDER_KEY_VAULT_RESOURCE\`,
\`AzureWebJobsStorage__…ServiceUri\`. The Functions host reads \`AzureWebJobsStorage__accountName\` as an account of the global cloud, so give
the three addresses elsewhere.

Nothing that Postrider does is missing in one of the clouds: sending, drafts, look-ups and SMTP AUTH exist in all of them. Message trace, which
not every cloud offers by Graph, is not used: whether a message was delivered is asked of Exchange by a person (\`Get-MessageTraceV2\`).
`;
}

/** A default as one would write it in an application setting. */
function written(name: string, value: unknown): string {
  if (Array.isArray(value))
    return value.map((item) => (typeof item === 'number' ? duration(item) : String(item))).join(',');
  if (typeof value === 'number' && /LIFETIME|TIMEOUT|LEASE|RETENTION/.test(name)) return duration(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function duration(seconds: number): string {
  return (
    (
      [
        ['d', 86_400],
        ['h', 3600],
        ['m', 60],
      ] as const
    )
      .filter(([, unit]) => seconds >= unit && seconds % unit === 0)
      .map(([letter, unit]) => `${seconds / unit}${letter}`)[0] ?? `${seconds}s`
  );
}

function errorsPage(): string {
  const rows = Object.entries(refusals).map(
    ([code, { status, title, advice }]) => `### ${code}\n\n**${status}** ${title}. ${advice}\n`,
  );
  return `${note('shared/platform/refusals.ts')}

# Errors

Every refusal is \`application/problem+json\` (RFC 9457):

\`\`\`json
{
  "type": "/problems/invalid-submission",
  "title": "The submission has faults",
  "status": 422,
  "detail": "2 fields have faults; \\"errors\\" lists them.",
  "code": "invalid-submission",
  "errors": [{ "pointer": "#/to/0", "detail": "…what is wrong and what to do…" }]
}
\`\`\`

\`code\` never changes its meaning: branch on it. \`detail\` is for people and may change. \`errors\` lists every fault of the body at
once, each with a JSON Pointer (RFC 6901). \`type\` is a path on the bridge itself that answers with the text below.

A 202 means that the message is kept. After a 4xx nothing is. After a 5xx nothing was promised, and the request can be repeated: with
the same \`Idempotency-Key\`, since storage may have taken the message and not have said so.

${rows.join('\n')}`;
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(pages())) {
    const url = new URL(`../${path}`, import.meta.url);
    const before = await readFile(url, 'utf8').catch(() => '');
    await writeFile(url, text);
    console.log(`${path}: ${before === text ? 'unchanged' : 'written'}`);
  }
}
