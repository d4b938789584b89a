// Operators sign in with Entra ID, through App Service authentication. Nobody is sent away who does not: devices and programs show keys, which
// Postrider itself checks. The front end proves to be the app registration by the managed identity, so there is no secret.
// (https://learn.microsoft.com/azure/app-service/configure-authentication-provider-aad#use-a-managed-identity-instead-of-a-secret-preview)
metadata description = 'App Service authentication for operators.'

param appName string

@description('Application (client) ID of the app registration that operators sign in to.')
param clientId string

@description('Tenant of the operators: that of POSTRIDER_TENANT_ID, since Postrider lets nobody of another one in.')
param tenantId string

@description('Name of the application setting that holds the client ID of the managed identity.')
param identitySettingName string

@description('Whether something stands before the app, whose host name callers see.')
param forwarded bool

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: appName
}

resource authentication 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true }
    globalValidation: {
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: clientId
          clientSecretSettingName: identitySettingName
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenantId}/v2.0'
        }
        validation: { allowedAudiences: [clientId, 'api://${clientId}'] }
      }
    }
    login: {
      // Tokens of people are for nothing here but to know who they are.
      tokenStore: { enabled: false }
    }
    httpSettings: {
      requireHttps: true
      forwardProxy: { convention: forwarded ? 'Standard' : 'NoProxy' }
    }
  }
}
