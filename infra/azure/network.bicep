// The app's way out through a network of its own, and the storage account and the vault inside it.
metadata description = 'Virtual network, private endpoints, and a NAT gateway for one fixed outbound address.'

param name string
param location string
param tags object

@description('Address space, at least a /24.')
param addressSpace string

@description('Whether storage and vault get private endpoints.')
param privateEndpoints bool

@description('Whether everything that the app sends out comes from one fixed public address.')
param fixedOutboundAddress bool

param storageId string
param vaultId string

// https://learn.microsoft.com/azure/private-link/private-endpoint-dns
var storageSuffix = environment().suffixes.storage
var endpoints = privateEndpoints
  ? [
      { service: 'blob', id: storageId, zone: 'privatelink.blob.${storageSuffix}' }
      { service: 'queue', id: storageId, zone: 'privatelink.queue.${storageSuffix}' }
      { service: 'table', id: storageId, zone: 'privatelink.table.${storageSuffix}' }
      {
        service: 'vault'
        id: vaultId
        zone: replace(environment().suffixes.keyvaultDns, '.vault.', 'privatelink.vaultcore.')
      }
    ]
  : []

resource address 'Microsoft.Network/publicIPAddresses@2024-10-01' = if (fixedOutboundAddress) {
  name: 'pip-${name}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static', publicIPAddressVersion: 'IPv4' }
}

resource gateway 'Microsoft.Network/natGateways@2024-10-01' = if (fixedOutboundAddress) {
  name: 'ng-${name}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: {
    idleTimeoutInMinutes: 4
    publicIpAddresses: [{ id: address.id }]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-10-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressSpace] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressSpace, 26, 0)
          // What Flex Consumption asks for; other plans want Microsoft.Web/serverFarms.
          delegations: [{ name: 'app', properties: { serviceName: 'Microsoft.App/environments' } }]
          natGateway: fixedOutboundAddress ? { id: gateway.id } : null
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressSpace, 27, 4)
          defaultOutboundAccess: false
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }

  resource appSubnet 'subnets' existing = {
    name: 'app'
  }

  resource endpointSubnet 'subnets' existing = {
    name: 'endpoints'
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for endpoint in endpoints: {
    name: endpoint.zone
    location: 'global'
    tags: tags
  }
]

resource zoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (endpoint, i) in endpoints: {
    parent: zone[i]
    name: name
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: network.id } }
  }
]

resource endpoint 'Microsoft.Network/privateEndpoints@2024-10-01' = [
  for endpoint in endpoints: {
    name: 'pe-${name}-${endpoint.service}'
    location: location
    tags: tags
    properties: {
      subnet: { id: network::endpointSubnet.id }
      privateLinkServiceConnections: [
        {
          name: endpoint.service
          properties: { privateLinkServiceId: endpoint.id, groupIds: [endpoint.service] }
        }
      ]
    }
  }
]

resource zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-10-01' = [
  for (one, i) in endpoints: {
    parent: endpoint[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: one.service, properties: { privateDnsZoneId: zone[i].id } }]
    }
  }
]

@description('Subnet of the app.')
output subnetId string = network::appSubnet.id

@description('The fixed outbound address; empty when there is none.')
output outboundAddress string = fixedOutboundAddress ? address!.properties.ipAddress : ''
