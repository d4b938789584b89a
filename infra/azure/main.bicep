// Everything that Postrider needs in Azure, in a resource group of its own. `azd up` deploys it, or `az deployment sub create`: see
// docs/deploy.md. No secret goes in or comes out; what Postrider needs of secrets lies in the Key Vault that is made here.
import { bridgeSettings } from 'settings.bicep'

targetScope = 'subscription'

metadata name = 'Postrider'
metadata description = 'Serverless HTTP-to-email bridge for Microsoft 365.'

@description('Name of the environment, such as postrider-prod: names are made from it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Region of all resources; one that has Flex Consumption.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Resource group; rg-<environmentName> when empty.')
param resourceGroupName string = ''

@description('Directory (tenant) ID of the Microsoft 365 tenant that sends; that of the subscription when empty.')
param tenantId string = ''

@description('Application (client) ID of the app registration that may send: infra/exchange makes it.')
@minLength(36)
@maxLength(36)
param clientId string

@description('How the app proves to be that application: federated needs no secret at all, the others read Key Vault.')
@allowed(['federated', 'certificate', 'secret'])
param credential string = 'federated'

@description('Application settings, by their names in docs/configuration.md.')
param settings bridgeSettings = {}

@description('Who signs requests instead of showing a key: <NAME> of POSTRIDER_SECRET_<NAME>, separated by commas.')
param signers string = ''

@description('Object IDs of users who may use the command line on the storage account and write secrets, separated by commas.')
param administrators string = ''

@description('Node.js that runs the app.')
@allowed(['22', '24'])
param nodeVersion string = '24'

@description('Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Most instances. Azure may ask for at least 40.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances for HTTP that never sleep; each costs all month.')
@minValue(0)
@maxValue(20)
param alwaysReadyHttp int = 0

@description('Requests that one instance is given at once; 0 lets the platform decide.')
@minValue(0)
@maxValue(1000)
param httpConcurrency int = 0

@description('Redundancy of the storage account.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

@description('Days in which a deleted blob can be restored. 0: the content of a mail is gone when Postrider deletes it.')
@minValue(0)
@maxValue(365)
param undeleteDays int = 0

@description('Whether storage and Key Vault are reached through a virtual network alone.')
param privateNetwork bool = false

@description('Whether everything that is sent out comes from one public address (NAT gateway).')
param fixedOutboundAddress bool = false

@description('Address space of the virtual network, where there is one.')
param addressSpace string = '10.94.0.0/24'

@description('Public addresses or networks from which administrators reach storage and Key Vault, separated by commas. For privateNetwork; without it they are reached from anywhere, with a token.')
param allowedAddresses string = ''

@description('What stands before the app.')
@allowed(['none', 'front-door', 'api-management'])
param frontEnd string = 'none'

@allowed(['Standard_AzureFrontDoor', 'Premium_AzureFrontDoor'])
param frontDoorSku string = 'Standard_AzureFrontDoor'

@allowed(['Developer', 'Basic', 'Standard'])
param apiManagementSku string = 'Developer'

@description('Application (client) ID of an app registration that operators sign in to; no sign-in when empty.')
param operatorClientId string = ''

@description('Whether App Service demands a client certificate of every caller. Not behind a front end.')
param clientCertificates bool = false

@description('Addresses that alerts are sent to, separated by commas; no alert rules when empty.')
param alertReceivers string = ''

@allowed(['PT5M', 'PT10M', 'PT15M', 'PT30M', 'PT1H'])
param alertFrequency string = 'PT15M'

@description('Days for which log lines are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 31

@description('Most GB of log lines in a day; -1 for no limit.')
param logDailyQuotaGb string = '1'

var token = toLower(uniqueString(subscription().id, environmentName, location))
var name = 'postrider-${token}'
var tags = { 'azd-env-name': environmentName }

// Known before anything is deployed, so that what-if can look into every module.
var names = {
  identity: 'id-${name}'
  storage: 'st${replace(name, '-', '')}'
  vault: 'kv-${token}'
  workspace: 'log-${name}'
  insights: 'appi-${name}'
  network: 'vnet-${name}'
  frontDoor: 'afd-${name}'
  apiManagement: 'apim-${name}'
  plan: 'plan-${name}'
  app: 'func-${name}'
}

var administratorList = words(administrators)
var receiverList = words(alertReceivers)
var addressList = words(allowedAddresses)

@description('The words of a list with commas.')
func words(text string) string[] => filter(map(split(text, ','), word => trim(word)), word => !empty(word))

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: empty(resourceGroupName) ? 'rg-${environmentName}' : resourceGroupName
  location: location
  tags: tags
}

module identity 'identity.bicep' = {
  scope: group
  params: { name: names.identity, location: location, tags: tags }
}

module storage 'storage.bicep' = {
  scope: group
  params: {
    name: names.storage
    location: location
    tags: tags
    sku: storageSku
    private: privateNetwork
    allowedAddresses: addressList
    contentDays: 400
    undeleteDays: undeleteDays
  }
}

module vault 'vault.bicep' = {
  scope: group
  params: {
    name: names.vault
    location: location
    tags: tags
    private: privateNetwork
    allowedAddresses: addressList
  }
}

module monitoring 'monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
  }
}

module roles 'roles.bicep' = {
  scope: group
  params: {
    identityName: names.identity
    storageName: names.storage
    vaultName: names.vault
    insightsName: names.insights
    administrators: administratorList
  }
  dependsOn: [identity, storage, vault, monitoring]
}

module network 'network.bicep' = if (privateNetwork || fixedOutboundAddress) {
  scope: group
  params: {
    name: names.network
    location: location
    tags: tags
    addressSpace: addressSpace
    privateEndpoints: privateNetwork
    fixedOutboundAddress: fixedOutboundAddress
    storageId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

module frontDoor 'front-door.bicep' = if (frontEnd == 'front-door') {
  scope: group
  params: { name: names.frontDoor, tags: tags, sku: frontDoorSku }
}

module apiManagement 'api-management.bicep' = if (frontEnd == 'api-management') {
  scope: group
  params: {
    name: names.apiManagement
    location: location
    tags: tags
    sku: apiManagementSku
    publisherName: 'Postrider'
    publisherEmail: empty(receiverList) ? 'postmaster@example.invalid' : receiverList[0]
  }
}

// Who may reach the app, and whose word it takes for a caller's address, belong together: see docs/credentials.md.
module reach 'reach.bicep' = {
  scope: group
  params: {
    frontEnd: frontEnd
    frontDoorId: frontDoor.?outputs.frontDoorId ?? ''
    proxies: apiManagement.?outputs.addresses ?? []
  }
}

module app 'app.bicep' = {
  scope: group
  params: {
    planName: names.plan
    appName: names.app
    location: location
    tags: tags
    serviceName: 'bridge'
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    blobUri: storage.outputs.blobUri
    queueUri: storage.outputs.queueUri
    tableUri: storage.outputs.tableUri
    packageUri: storage.outputs.packageUri
    vaultUri: vault.outputs.uri
    insightsConnectionString: monitoring.outputs.connectionString
    nodeVersion: nodeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttp: alwaysReadyHttp
    httpConcurrency: httpConcurrency
    subnetId: network.?outputs.subnetId ?? ''
    restricted: frontEnd != 'none'
    accessRules: reach.outputs.accessRules
    frontEndSettings: reach.outputs.settings
    tenantId: empty(tenantId) ? tenant().tenantId : tenantId
    clientId: clientId
    credential: credential
    clientCertificates: clientCertificates && frontEnd == 'none'
    operatorSignIn: !empty(operatorClientId)
    signers: words(signers)
    settings: settings
  }
  // The app cannot start before it may open its storage.
  dependsOn: [roles]
}

// Postrider believes the headers of App Service authentication where this stands, and nowhere else: app.bicep sets both together.
module signIn 'sign-in.bicep' = if (!empty(operatorClientId)) {
  scope: group
  params: {
    appName: names.app
    clientId: operatorClientId
    tenantId: empty(tenantId) ? tenant().tenantId : tenantId
    identitySettingName: app.outputs.signInSettingName
    forwarded: frontEnd != 'none'
  }
}

module frontDoorRoute 'front-door-route.bicep' = if (frontEnd == 'front-door') {
  scope: group
  params: {
    profileName: names.frontDoor
    endpointName: names.frontDoor
    appHostName: app.outputs.hostName
  }
}

module apiManagementApi 'api-management-api.bicep' = if (frontEnd == 'api-management') {
  scope: group
  params: { serviceName: names.apiManagement, appHostName: app.outputs.hostName }
}

module alerts 'alerts.bicep' = if (!empty(receiverList)) {
  scope: group
  params: {
    namePrefix: name
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    receivers: receiverList
    frequency: alertFrequency
    oldestMessageSeconds: 1800
    refusedKeys: 50
    credentialDays: 30
  }
}

module workbook 'workbook.bicep' = {
  scope: group
  params: { location: location, tags: tags, workspaceName: names.workspace }
  dependsOn: [monitoring]
}

@description('Where callers send their requests.')
output POSTRIDER_URL string = frontEnd == 'front-door'
  ? 'https://${frontDoor!.outputs.hostName}'
  : frontEnd == 'api-management' ? apiManagement!.outputs.gatewayUrl : 'https://${app.outputs.hostName}'

@description('Client ID of the managed identity.')
output POSTRIDER_IDENTITY_CLIENT_ID string = identity.outputs.clientId

@description('Object ID of the managed identity: the subject of the federated credential that infra/exchange adds to the app registration.')
output POSTRIDER_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId

@description('The fixed outbound address; empty when there is none.')
output POSTRIDER_OUTBOUND_ADDRESS string = network.?outputs.outboundAddress ?? ''

@description('Storage account: AzureWebJobsStorage__accountName of the command line.')
output AZURE_STORAGE_ACCOUNT_NAME string = names.storage
output AZURE_KEY_VAULT_NAME string = names.vault
output AZURE_FUNCTION_APP_NAME string = names.app
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
