// A network of its own, Front Door before the app, a certificate, operators who sign in, alerts.
using '../main.bicep'

param environmentName = 'private'
param location = 'westeurope'
param clientId = '11111111-1111-4111-8111-111111111111'
param credential = 'certificate'
param settings = { POSTRIDER_TRANSPORTS: 'graph,smtp', POSTRIDER_LEASE: '' }
param signers = 'GITHUB, grafana_two'
param administrators = '99999999-9999-4999-8999-999999999999,'
param alwaysReadyHttp = 1
param httpConcurrency = 16
param privateNetwork = true
param fixedOutboundAddress = true
param allowedAddresses = '198.51.100.7'
param frontEnd = 'front-door'
param operatorClientId = '44444444-4444-4444-8444-444444444444'
param alertReceivers = 'ops@contoso.com, desk@contoso.com'
param undeleteDays = 7
