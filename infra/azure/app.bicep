// The plan and the function app on it. Flex Consumption takes one app per plan, has no slots (a new package is rolled out instance by
// instance) and keeps runtime and package in functionAppConfig instead of in settings.
// (https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan)
import { bridgeSettings } from 'settings.bicep'

metadata description = 'Flex Consumption plan and function app.'

param planName string
param appName string
param location string
param tags object

@description('Value of the tag by which azd finds the app: the service of azure.yaml.')
param serviceName string

param identityId string
param identityClientId string
param blobUri string
param queueUri string
param tableUri string
param packageUri string
param vaultUri string
param insightsConnectionString string

@description('Node.js of the instances.')
param nodeVersion string

@description('Memory of an instance in MB.')
param instanceMemoryMB int

@description('Most instances. The pace towards Microsoft 365 is shared by all of them through storage, so more do not send faster than it takes.')
param maximumInstanceCount int

@description('Instances for HTTP that never sleep. 0: the first call after a pause waits for a start; 1 or more cost while they wait.')
param alwaysReadyHttp int

@description('Requests that one instance is given at once; 0 lets the platform decide by memory.')
param httpConcurrency int

@description('Subnet for outbound connections, delegated to Microsoft.App/environments; empty for none.')
param subnetId string

@description('Whether the app is reached by those alone whom the access rules name, be there any or not.')
param restricted bool

@description('Who may reach the app: rules of the access restriction.')
param accessRules object[]

param tenantId string
param clientId string

@description('How the app proves itself to Entra ID.')
@allowed(['federated', 'certificate', 'secret'])
param credential string

@description('Whether App Service demands a client certificate of every caller, and Postrider believes what it forwards.')
param clientCertificates bool

@description('Whether operators sign in through App Service authentication (sign-in.bicep), and Postrider believes what it forwards.')
param operatorSignIn bool

@description('Who signs requests: the secret POSTRIDER_SECRET_<NAME> of each is kept in the vault as postrider-secret-<name>, with - for _.')
param signers string[]

@description('Settings of the front end, overridden by those of the administrator.')
param frontEndSettings bridgeSettings

param settings bridgeSettings

var secret = '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/'

// One of three, never two.
var credentialSettings = {
  federated: { POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID: identityClientId }
  // Read by the bridge itself and not by App Service: a new version is taken up without a restart, and the former one stays until then.
  certificate: {
    POSTRIDER_KEY_VAULT_CERTIFICATE: '${vaultUri}certificates/postrider'
    POSTRIDER_KEY_VAULT_IDENTITY_CLIENT_ID: identityClientId
  }
  secret: { POSTRIDER_CLIENT_SECRET: '${secret}postrider-client-secret)' }
}

var signingSettings = toObject(
  signers,
  name => 'POSTRIDER_SECRET_${toUpper(name)}',
  name => '${secret}postrider-secret-${toLower(replace(name, '_', '-'))})'
)

// App Service authentication shows a token of the identity instead of a client secret where this is named in its place.
var signInSettingName = 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
var signInSettings = operatorSignIn
  ? { '${signInSettingName}': identityClientId, WEBSITE_AUTH_AAD_ALLOWED_TENANTS: tenantId }
  : {}

var platformSettings = {
  AzureWebJobsStorage__blobServiceUri: blobUri
  AzureWebJobsStorage__queueServiceUri: queueUri
  AzureWebJobsStorage__tableServiceUri: tableUri
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsDisableHomepage: 'true'
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  POSTRIDER_TENANT_ID: tenantId
  POSTRIDER_CLIENT_ID: clientId
  POSTRIDER_CLIENT_CERTIFICATES: clientCertificates ? 'app-service' : 'off'
  POSTRIDER_OPERATOR_SIGN_IN: operatorSignIn ? 'app-service' : 'off'
}

// An empty text is no setting: azd hands over every name, given or not.
var givenSettings = toObject(
  filter(items(settings), setting => !empty(setting.?value)),
  setting => setting.key,
  setting => setting.?value
)

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: appName
  location: location
  tags: union(tags, { 'azd-service-name': serviceName })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    // Required, and no path left out: nothing says that App Service takes a header X-ARR-ClientCert off which a caller without a certificate
    // wrote itself. See docs/credentials.md.
    clientCertEnabled: clientCertificates
    clientCertMode: 'Required'
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    outboundVnetRouting: empty(subnetId) ? null : { allTraffic: true }
    functionAppConfig: {
      runtime: { name: 'node', version: nodeVersion }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageUri
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyHttp > 0 ? [{ name: 'http', instanceCount: alwaysReadyHttp }] : []
        triggers: httpConcurrency > 0 ? { http: { perInstanceConcurrency: httpConcurrency } } : null
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      ipSecurityRestrictions: accessRules
      ipSecurityRestrictionsDefaultAction: restricted ? 'Deny' : 'Allow'
      scmIpSecurityRestrictionsUseMain: false
    }
  }

  // Deployments are signed with Entra ID; the passwords of the publish profile are for nobody.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(
      platformSettings,
      credentialSettings[credential],
      signingSettings,
      signInSettings,
      frontEndSettings,
      givenSettings
    )
  }
}

@description('Name of the setting for sign-in.bicep.')
output signInSettingName string = signInSettingName
output hostName string = app.properties.defaultHostName
