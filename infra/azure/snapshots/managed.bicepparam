// API Management before the app, and a client secret.
using '../main.bicep'

param environmentName = 'managed'
param location = 'usgovvirginia'
param clientId = '11111111-1111-4111-8111-111111111111'
param credential = 'secret'
param settings = { POSTRIDER_CLOUD: 'gcc-high' }
param frontEnd = 'api-management'
param apiManagementSku = 'Basic'
