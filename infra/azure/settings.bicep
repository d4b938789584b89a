// The application settings that an administrator may give, as a sealed type: a name that Postrider does not know is refused by the
// compiler, and by Azure before anything is deployed. docs/configuration.md says what each one means. An empty text is no setting.
//
// The names are those of shared/platform/settings.ts; test/infra/azure/settings.test.ts compares. Not here are those that follow from other parameters
// of main.bicep (tenant, client, credential, client certificates, sign-in), and what is for the sandbox alone.

@export()
@sealed()
@description('Application settings of Postrider by their names, all texts.')
type bridgeSettings = {
  POSTRIDER_CLIENT_SECRET_EXPIRES: string?
  POSTRIDER_KEY_VAULT_RESOURCE: string?
  POSTRIDER_CLOUD: '' | 'global' | 'gcc-high' | 'dod' | 'china'?
  POSTRIDER_LOGIN_URL: string?
  POSTRIDER_GRAPH_URL: string?
  POSTRIDER_GRAPH_RESOURCE: string?
  POSTRIDER_EXCHANGE_RESOURCE: string?
  POSTRIDER_SMTP_HOST: string?
  POSTRIDER_SMTP_PORT: string?
  POSTRIDER_TOKEN_EXCHANGE_AUDIENCE: string?
  POSTRIDER_TRANSPORTS: string?
  POSTRIDER_RETRY_SCHEDULE: string?
  POSTRIDER_LIFETIME: string?
  POSTRIDER_ATTEMPT_TIMEOUT: string?
  POSTRIDER_LEASE: string?
  POSTRIDER_ON_UNKNOWN: '' | 'retry' | 'hold'?
  POSTRIDER_GRAPH_PERMISSIONS: string?
  POSTRIDER_ROUTES: string?
  POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: string?
  POSTRIDER_MAILBOX_RECIPIENTS_PER_DAY: string?
  POSTRIDER_MAILBOX_UPLOAD_BYTES: string?
  POSTRIDER_EXTERNAL_RECIPIENTS_PER_DAY: string?
  POSTRIDER_INTERNAL_DOMAINS: string?
  POSTRIDER_GRAPH_CONCURRENCY: string?
  POSTRIDER_SMTP_CONCURRENCY: string?
  POSTRIDER_SEND_ON_ACCEPT: '' | 'never' | 'preferred' | 'always'?
  POSTRIDER_CONTENT_RETENTION: string?
  POSTRIDER_RECORD_RETENTION: string?
  POSTRIDER_AUDIT_RETENTION: string?
  POSTRIDER_MAX_BODY_BYTES: string?
  POSTRIDER_FRONT_END: '' | 'app-service' | 'front-door' | 'api-management' | 'proxy' | 'none'?
  POSTRIDER_FRONT_DOOR_ID: string?
  POSTRIDER_FRONT_END_NETWORKS: string?
  POSTRIDER_TRUSTED_PROXIES: string?
  POSTRIDER_ENTRA_AUDIENCE: string?
  POSTRIDER_LOG_LEVEL: '' | 'debug' | 'info' | 'warn' | 'error'?
}
