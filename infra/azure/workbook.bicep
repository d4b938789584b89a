// A page in the portal that shows what the log says: Application Insights → Workbooks → Postrider.
metadata description = 'Azure Monitor workbook.'

param location string
param tags object
param workspaceName string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

var log = loadTextContent('queries/log.kql')

var charts = [
  { title: 'On their way', query: loadTextContent('queries/backlog.kql'), picture: 'timechart' }
  {
    title: 'What became of messages'
    query: loadTextContent('queries/outcomes.kql')
    picture: 'timechart'
  }
  {
    title: 'Waiting for a person'
    query: loadTextContent('queries/waiting-for-a-person.kql')
    picture: 'table'
  }
  { title: 'Refused requests', query: loadTextContent('queries/refusals.kql'), picture: 'table' }
  { title: 'Functions', query: loadTextContent('queries/latency.kql'), picture: 'table' }
  { title: 'Trouble', query: loadTextContent('queries/trouble.kql'), picture: 'table' }
]

var period = {
  type: 9
  content: {
    version: 'KqlParameterItem/1.0'
    parameters: [
      {
        version: 'KqlParameterItem/1.0'
        name: 'Period'
        label: 'Period'
        type: 4
        isRequired: true
        value: { durationMs: 86400000 }
        typeSettings: {
          selectableValues: [
            { durationMs: 3600000 }
            { durationMs: 86400000 }
            { durationMs: 604800000 }
            { durationMs: 2592000000 }
          ]
        }
      }
    ]
    style: 'pills'
    queryType: 0
    resourceType: 'microsoft.operationalinsights/workspaces'
  }
  name: 'period'
}

var items = [
  for chart in charts: {
    type: 3
    content: {
      version: 'KqlItem/1.0'
      query: '${log}\n${chart.query}'
      title: chart.title
      size: 0
      timeContextFromParameter: 'Period'
      queryType: 0
      resourceType: 'microsoft.operationalinsights/workspaces'
      crossComponentResources: [workspace.id]
      visualization: chart.picture
    }
    name: chart.title
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(workspace.id, 'postrider')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Postrider'
    category: 'workbook'
    sourceId: workspace.id
    version: '1.0'
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat([period], items)
      fallbackResourceIds: [workspace.id]
      '$schema': 'https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json'
    })
  }
}
