// Who is told, and of what. The rules read what the code logs (queries/*.kql); test/infra/azure/queries.test.ts compares the names.
metadata description = 'Action group and alert rules.'

param namePrefix string
param location string
param tags object
param workspaceId string

@description('Addresses that are told. Azure Monitor sends these mails itself, so they come when the bridge does not.')
param receivers string[]

@description('How often each rule looks. A rule costs about 0.50 USD a month at PT15M, three times that at PT5M.')
@allowed(['PT5M', 'PT10M', 'PT15M', 'PT30M', 'PT1H'])
param frequency string

@description('Seconds that a due message may wait.')
param oldestMessageSeconds int

@description('Requests without a good credential in 15 minutes that are nobody\'s mistyped key.')
param refusedKeys int

@description('Days before the end of the credential from which on somebody is told.')
param credentialDays int

var log = loadTextContent('queries/log.kql')

// Value is compared with the threshold; a query over nothing has none, and tells nobody.
var rules = [
  {
    name: 'dead-letters'
    description: 'Messages wait for a person: npx postrider dead-letters list'
    query: loadTextContent('queries/dead-letters.kql')
    severity: 1
    window: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'oldest-message'
    description: 'A message that is due has waited too long: Microsoft 365 refuses or is away, or the sending functions do not run.'
    query: loadTextContent('queries/oldest-message.kql')
    severity: 2
    window: 'PT15M'
    operator: 'GreaterThan'
    threshold: oldestMessageSeconds
  }
  {
    name: 'server-errors'
    description: 'Callers were answered with 5xx that nobody meant: storage is away, or a defect.'
    query: loadTextContent('queries/server-errors.kql')
    severity: 2
    window: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'refused-keys'
    description: 'Many requests without a good credential: somebody tries keys, or a sender kept an old one.'
    query: loadTextContent('queries/refused-keys.kql')
    severity: 2
    window: 'PT15M'
    operator: 'GreaterThan'
    threshold: refusedKeys
  }
  {
    name: 'credential-refused'
    description: 'No token from Entra ID, or no certificate from the vault: messages wait until the credential is right.'
    query: loadTextContent('queries/credential-refused.kql')
    severity: 1
    window: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'credential-expiry'
    description: 'The credential of the app registration is about to expire: put in a new one, with overlap.'
    query: loadTextContent('queries/credential-expiry.kql')
    severity: 2
    window: 'P2D'
    operator: 'LessThan'
    threshold: credentialDays
  }
  {
    // A count over nothing is 0, and not nothing: silence fires, whatever its cause.
    name: 'heartbeat'
    description: 'No sign of life: the app does not start, its timers do not run, it cannot reach its storage, or the log has reached its daily cap (then log-capped fires too).'
    query: loadTextContent('queries/heartbeat.kql')
    severity: 0
    window: 'PT15M'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'log-capped'
    description: 'The log has reached its daily cap: until its next day begins nothing is logged, and of the other rules only heartbeat fires.'
    query: loadTextContent('queries/log-capped.kql')
    severity: 1
    window: 'PT1H'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'audit-lost'
    description: 'The audit trail could not be written.'
    query: loadTextContent('queries/audit-lost.kql')
    severity: 1
    window: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${namePrefix}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'postrider'
    emailReceivers: [
      for (receiver, i) in receivers: {
        name: 'receiver-${i + 1}'
        emailAddress: receiver
        useCommonAlertSchema: true
      }
    ]
  }
}

resource alert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: 'alert-${namePrefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Postrider: ${rule.name}'
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      // A window is at least as long as the pause between two looks, or what falls between them is never seen.
      windowSize: rule.window == 'PT15M' && contains(['PT30M', 'PT1H'], frequency) ? frequency : rule.window
      evaluationFrequency: frequency
      autoMitigate: true
      // The tables of a new workspace come into being with their first row.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: '${log}\n${rule.query}'
            metricMeasureColumn: 'Value'
            timeAggregation: 'Maximum'
            operator: rule.operator
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [group.id] }
    }
  }
]
