// The identity under which the app runs. User-assigned, so that its roles and its federated credential at Entra ID exist before the
// app does, and outlive it.
metadata description = 'The managed identity of the function app.'

param name string
param location string
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource ID.')
output id string = identity.id

@description('Client (application) ID: what the app asks for a token with.')
output clientId string = identity.properties.clientId

@description('Object ID of the service principal: subject of the federated credential, holder of the roles.')
output principalId string = identity.properties.principalId
