// Key Vault for what must be recoverable: the certificate of the app registration, and secrets with which requests are signed. This
// template never sees a secret; an administrator puts them in, and the app reads them under its identity.
metadata description = 'Key Vault with Azure RBAC and purge protection.'

param name string
param location string
param tags object

@description('Whether the vault is reached from the virtual network alone.')
param private bool

@description('Public IPv4 addresses or networks from which administrators reach the vault all the same.')
param allowedAddresses string[]

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Cannot be taken back, and is meant so: whoever deletes the vault cannot make the deletion final for 90 days.
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: private && empty(allowedAddresses) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: private ? 'Deny' : 'Allow'
      ipRules: [for address in allowedAddresses: { value: address }]
    }
  }
}

output id string = vault.id
output uri string = vault.properties.vaultUri
