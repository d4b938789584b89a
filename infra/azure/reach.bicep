// What each front end means for the app: the rules of its access restriction, and the settings that say whose word is taken for the
// address of a caller (shared/access/client-address.ts). They are made in one place, since one without the other is a hole: behind an
// unrestricted app anybody who finds its own host name can write the header that is believed.
import { bridgeSettings } from 'settings.bicep'

metadata description = 'Access restriction and client-address settings of the front end.'

@allowed(['none', 'front-door', 'api-management'])
param frontEnd string

@description('What our Front Door sends as X-Azure-FDID.')
param frontDoorId string

@description('Addresses from which API Management reaches the app.')
param proxies string[]

var byFrontDoor = [
  {
    name: 'front-door'
    priority: 100
    action: 'Allow'
    tag: 'ServiceTag'
    ipAddress: 'AzureFrontDoor.Backend'
    headers: { 'x-azure-fdid': [frontDoorId] }
  }
]
var byProxies = [
  for (address, i) in proxies: {
    name: 'api-management-${i + 1}'
    priority: 100 + i
    action: 'Allow'
    tag: 'Default'
    ipAddress: '${address}/32'
  }
]

var rules = { none: [], 'front-door': byFrontDoor, 'api-management': byProxies }

var settingsOf = {
  none: { POSTRIDER_FRONT_END: 'app-service' }
  'front-door': { POSTRIDER_FRONT_END: 'front-door', POSTRIDER_FRONT_DOOR_ID: frontDoorId }
  'api-management': {
    POSTRIDER_FRONT_END: 'api-management'
    POSTRIDER_TRUSTED_PROXIES: '1'
    POSTRIDER_FRONT_END_NETWORKS: join(map(proxies, address => '${address}/32'), ',')
  }
}

output accessRules object[] = rules[frontEnd]
output settings bridgeSettings = settingsOf[frontEnd]
