// Azure Front Door before the app: the profile first, since the app must know its ID to refuse everybody else's Front Door.
metadata description = 'Azure Front Door profile and endpoint.'

param name string
param tags object

@description('Premium adds managed rule sets to the firewall.')
@allowed(['Standard_AzureFrontDoor', 'Premium_AzureFrontDoor'])
param sku string

resource profile 'Microsoft.Cdn/profiles@2025-04-15' = {
  name: name
  location: 'global'
  tags: tags
  sku: { name: sku }
  properties: {
    // How long the app may take for an answer; Prefer: wait takes up to 30 s.
    originResponseTimeoutSeconds: 120
  }

  resource endpoint 'afdEndpoints' = {
    name: name
    location: 'global'
    tags: tags
    properties: { enabledState: 'Enabled' }
  }
}

@description('What Front Door sends as X-Azure-FDID.')
output frontDoorId string = profile.properties.frontDoorId
output hostName string = profile::endpoint.properties.hostName
