// What somebody gets who gives nothing but what must be given.
using '../main.bicep'

param environmentName = 'plain'
param location = 'westeurope'
param clientId = '11111111-1111-4111-8111-111111111111'
