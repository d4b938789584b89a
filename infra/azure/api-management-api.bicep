// The API in API Management: every path and method, handed on as it is. Postrider's own keys decide, so no subscription key is asked for;
// policies of your own go around it.
metadata description = 'API and wildcard operations of API Management.'

param serviceName string
param appHostName string

var methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: serviceName
}

resource api 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: service
  name: 'postrider'
  properties: {
    displayName: 'Postrider'
    path: ''
    protocols: ['https']
    serviceUrl: 'https://${appHostName}'
    subscriptionRequired: false
  }
}

resource operation 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = [
  for method in methods: {
    parent: api
    name: toLower(method)
    properties: { displayName: method, method: method, urlTemplate: '/*' }
  }
]

// Bodies are handed on while they come in, up to POSTRIDER_MAX_BODY_BYTES; Prefer: wait takes up to 30 s.
resource policy 'Microsoft.ApiManagement/service/apis/policies@2024-05-01' = {
  parent: api
  name: 'policy'
  properties: {
    format: 'rawxml'
    value: '<policies><inbound><base /></inbound><backend><forward-request timeout="120" follow-redirects="false" /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>'
  }
}
