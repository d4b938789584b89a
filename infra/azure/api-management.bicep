// API Management before the app: the service first, since the app must know its addresses to refuse everybody else. The tiers here
// have addresses of their own; Consumption and the v2 tiers share theirs with strangers, which would let those in.
metadata description = 'API Management service with a fixed public address.'

param name string
param location string
param tags object

@allowed(['Developer', 'Basic', 'Standard'])
param sku string

@description('Named in its mails.')
param publisherName string

@description('Gets its mails.')
param publisherEmail string

resource service 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku, capacity: 1 }
  properties: {
    publisherName: publisherName
    publisherEmail: publisherEmail
    customProperties: {
      'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls10': 'False'
      'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls11': 'False'
      'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Tls10': 'False'
      'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Tls11': 'False'
    }
  }
}

output gatewayUrl string = service.properties.gatewayUrl

@description('Addresses from which it reaches the app.')
output addresses string[] = service.properties.publicIPAddresses
