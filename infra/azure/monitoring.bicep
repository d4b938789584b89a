// Where log lines and requests go. Nobody writes here with a key: the app shows a token of its identity.
metadata description = 'Log Analytics workspace and Application Insights.'

param workspaceName string
param insightsName string
param location string
param tags object

@description('Days for which log lines are kept. 31 are in the price of taking them in.')
param retentionDays int

@description('Most that is taken in a day, in GB (a decimal number as text); -1 for no limit. Beyond it nothing is logged until the workspace begins its next day: the rules log-capped and heartbeat fire, and the others are blind. The cap is a fuse against a flood, and Azure may be late to blow it.')
param dailyQuotaGb string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: json(dailyQuotaGb) }
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
    // The address of a caller is in the audit trail, where it expires; Application Insights need not have it too.
    DisableIpMasking: false
  }
}

output workspaceId string = workspace.id

@description('Says where to send; not a secret, since sending takes a token (local authentication is off).')
output connectionString string = insights.properties.ConnectionString
