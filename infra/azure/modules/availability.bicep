metadata description = 'Microsoft asks from three places whether the app answers, and whether it is well. Two of them without an answer are a page.'

param location string
param tags object
param namePrefix string
param appInsightsId string
param appUrl string
param pageActionGroupId string

@secure()
@description('A function key for /api/health. Empty: only whether the app answers is asked, since a caller without a key learns no more.')
param healthKey string

// The key decides by a condition whether the second one is there: a count made from a secret cannot be foreseen.
var tests = [
  {
    name: 'live'
    description: 'The app does not answer.'
    path: '/api/health/live'
  }
  {
    name: 'health'
    description: 'The app answers and is not well: /api/health says why.'
    path: '/api/health'
  }
]

resource webTests 'Microsoft.Insights/webtests@2022-06-15' = [
  for test in tests: if (test.name == 'live' || !empty(healthKey)) {
    name: '${namePrefix}${test.name}'
    location: location
    tags: union(tags, { 'hidden-link:${appInsightsId}': 'Resource' })
    kind: 'standard'
    properties: {
      SyntheticMonitorId: '${namePrefix}${test.name}'
      Name: 'Relay: ${test.path}'
      Enabled: true
      Frequency: 300
      Timeout: 30
      Kind: 'standard'
      RetryEnabled: true
      Locations: [
        { Id: 'emea-nl-ams-azr' }
        { Id: 'emea-gb-db3-azr' }
        { Id: 'us-va-ash-azr' }
      ]
      Request: {
        RequestUrl: '${appUrl}${test.path}'
        HttpVerb: 'GET'
        ParseDependentRequests: false
        Headers: test.path == '/api/health'
          ? [
              {
                key: 'x-functions-key'
                value: healthKey
              }
            ]
          : []
      }
      ValidationRules: {
        ExpectedHttpStatusCode: 200
        SSLCheck: true
        SSLCertRemainingLifetimeCheck: 7
      }
    }
  }
]

resource rules 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for (test, index) in tests: if (test.name == 'live' || !empty(healthKey)) {
    name: 'page-unavailable-${test.name}'
    location: 'global'
    tags: tags
    properties: {
      description: test.description
      enabled: true
      severity: 0
      scopes: [webTests[index].id, appInsightsId]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
        componentId: appInsightsId
        webTestId: webTests[index].id
        failedLocationCount: 2
      }
      actions: [
        {
          actionGroupId: pageActionGroupId
        }
      ]
    }
  }
]
