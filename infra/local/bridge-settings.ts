/**
 * What a bridge is told so that it speaks to the pretend Microsoft 365 and to Azurite: application settings.
 */
import type { Microsoft365 } from '../simulators/microsoft365.ts';

/** The settings. @param connectionString of the storage account. */
export const bridgeSettings = (
  microsoft365: Microsoft365,
  connectionString: string,
): Record<string, string> => ({
  POSTRIDER_TENANT_ID: microsoft365.tenantId,
  POSTRIDER_CLIENT_ID: microsoft365.clientId,
  POSTRIDER_CLIENT_SECRET: microsoft365.clientSecret,
  POSTRIDER_LOGIN_URL: microsoft365.urls.login,
  POSTRIDER_GRAPH_URL: microsoft365.urls.graph,
  POSTRIDER_SMTP_HOST: microsoft365.smtp.host,
  POSTRIDER_SMTP_PORT: String(microsoft365.smtp.port),
  AzureWebJobsStorage: connectionString,
});
