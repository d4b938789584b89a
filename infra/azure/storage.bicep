// The storage account: everything that Postrider keeps, and the package that runs. No shared key and no shared access signature by
// key works here, so there is no secret to leak: everybody shows a token of Entra ID.
metadata description = 'Storage account with every table, queue and container that Postrider opens.'

param name string
param location string
param tags object

@description('Redundancy. Zone-redundant outlives the loss of a datacentre, and costs about a quarter more.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param sku string

@description('Whether the account is reached from the virtual network alone.')
param private bool

@description('Public IPv4 addresses or networks from which administrators reach the account all the same.')
param allowedAddresses string[]

@description('Days after which a blob that housekeeping should have removed long ago is removed by the account itself.')
param contentDays int

@description('Days in which a deleted blob or container can be restored; 0 switches that off.')
param undeleteDays int

// The names are those of storageNames in shared/platform/storage.ts; test/infra/azure/storage.test.ts compares.
var tables = [
  'PostriderMessages'
  'PostriderAccess'
  'PostriderAudit'
  'PostriderUses'
  'PostriderPace'
  'PostriderAlerts'
]
var queues = [
  'postrider-outbox'
  'postrider-outbox-high'
  'postrider-outbox-low'
  'postrider-outbox-poison'
  'postrider-outbox-high-poison'
  'postrider-outbox-low-poison'
  'postrider-events'
  'postrider-events-poison'
]
var contentContainer = 'postrider-content'
var packageContainer = 'app-package'

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: private && empty(allowedAddresses) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: private ? 'Deny' : 'Allow'
      ipRules: [for address in allowedAddresses: { value: address, action: 'Allow' }]
    }
  }
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' = [
  for table in tables: {
    parent: tableService
    name: table
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = [
  for queue in queues: {
    parent: queueService
    name: queue
  }
]

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: undeleteDays > 0 ? { enabled: true, days: undeleteDays } : { enabled: false }
    containerDeleteRetentionPolicy: undeleteDays > 0 ? { enabled: true, days: undeleteDays } : { enabled: false }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = [
  for container in [contentContainer, packageContainer]: {
    parent: blobService
    name: container
    properties: { publicAccess: 'None' }
  }
]

// Housekeeping removes contents by POSTRIDER_CONTENT_RETENTION; this is for a bridge that was switched off and forgotten.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'forgotten-content'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['${contentContainer}/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: contentDays } } }
          }
        }
      ]
    }
  }
  dependsOn: [blobService]
}

output id string = account.id
output blobUri string = account.properties.primaryEndpoints.blob
output queueUri string = account.properties.primaryEndpoints.queue
output tableUri string = account.properties.primaryEndpoints.table

@description('Container from which the plan takes the package.')
output packageUri string = '${account.properties.primaryEndpoints.blob}${packageContainer}'
