/**
 * Where Microsoft 365 lives, per cloud. Data with sources; every URL can be overridden by a setting.
 *
 * Login and Graph hosts: Microsoft Graph "National cloud deployments"
 * (https://learn.microsoft.com/graph/deployments), read 2026-11-20. Exchange hosts of the US and Chinese clouds are those of
 * Microsoft's "SMTP AUTH" pages as far as they could be confirmed; the DoD ones are the least certain and are the first thing
 * to override when they fail. Issuers: the discovery documents that each login host serves
 * (https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-issuer). Domains of Key Vault and storage: the
 * environments of Azure PowerShell (`Get-AzEnvironment`: AzureCloud, AzureUSGovernment, AzureChinaCloud), read 2026-11-28. DoD is
 * Azure Government there too.
 */
export interface CloudEndpoints {
  /** Entra ID authority host, an origin. */
  readonly loginUrl: string;
  /** Microsoft Graph, an origin. */
  readonly graphUrl: string;
  /** Resource that app-only Graph tokens are asked for: Graph's own name, whatever host it is reached by. */
  readonly graphResource: string;
  /** Resource that app-only Exchange tokens are asked for. */
  readonly exchangeResource: string;
  /** SMTP AUTH client submission host. */
  readonly smtpHost: string;
  /** Audience of federated credentials for managed identities in this cloud. */
  readonly tokenExchangeAudience: string;
  /** `iss` of access tokens, v1.0 and v2.0, with `{tenant}` for the tenant's ID. */
  readonly tokenIssuers: readonly string[];
  /** Resource that Key Vault tokens are asked for; vaults lie in the domain of its host. */
  readonly keyVaultResource: string;
  /** Domain of storage accounts: `<account>.<service>.<suffix>`. */
  readonly storageSuffix: string;
}

/** The clouds known by name: `POSTRIDER_CLOUD`. */
export const clouds = {
  global: {
    loginUrl: 'https://login.microsoftonline.com',
    graphUrl: 'https://graph.microsoft.com',
    graphResource: 'https://graph.microsoft.com',
    exchangeResource: 'https://outlook.office365.com',
    smtpHost: 'smtp.office365.com',
    tokenExchangeAudience: 'api://AzureADTokenExchange',
    tokenIssuers: ['https://sts.windows.net/{tenant}/', 'https://login.microsoftonline.com/{tenant}/v2.0'],
    keyVaultResource: 'https://vault.azure.net',
    storageSuffix: 'core.windows.net',
  },
  'gcc-high': {
    loginUrl: 'https://login.microsoftonline.us',
    graphUrl: 'https://graph.microsoft.us',
    graphResource: 'https://graph.microsoft.us',
    exchangeResource: 'https://outlook.office365.us',
    smtpHost: 'smtp.office365.us',
    tokenExchangeAudience: 'api://AzureADTokenExchangeUSGov',
    tokenIssuers: ['https://sts.windows.net/{tenant}/', 'https://login.microsoftonline.us/{tenant}/v2.0'],
    keyVaultResource: 'https://vault.usgovcloudapi.net',
    storageSuffix: 'core.usgovcloudapi.net',
  },
  dod: {
    loginUrl: 'https://login.microsoftonline.us',
    graphUrl: 'https://dod-graph.microsoft.us',
    graphResource: 'https://dod-graph.microsoft.us',
    exchangeResource: 'https://outlook-dod.office365.us',
    smtpHost: 'outlook-dod.office365.us',
    tokenExchangeAudience: 'api://AzureADTokenExchangeUSGov',
    tokenIssuers: ['https://sts.windows.net/{tenant}/', 'https://login.microsoftonline.us/{tenant}/v2.0'],
    keyVaultResource: 'https://vault.usgovcloudapi.net',
    storageSuffix: 'core.usgovcloudapi.net',
  },
  china: {
    loginUrl: 'https://login.chinacloudapi.cn',
    graphUrl: 'https://microsoftgraph.chinacloudapi.cn',
    graphResource: 'https://microsoftgraph.chinacloudapi.cn',
    exchangeResource: 'https://partner.outlook.cn',
    smtpHost: 'smtp.partner.outlook.cn',
    tokenExchangeAudience: 'api://AzureADTokenExchangeChina',
    tokenIssuers: [
      'https://sts.chinacloudapi.cn/{tenant}/',
      'https://login.chinacloudapi.cn/{tenant}/v2.0',
      'https://login.partner.microsoftonline.cn/{tenant}/v2.0',
    ],
    keyVaultResource: 'https://vault.azure.cn',
    storageSuffix: 'core.chinacloudapi.cn',
  },
} as const satisfies Record<string, CloudEndpoints>;
