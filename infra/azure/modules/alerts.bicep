metadata description = 'Who is told what. A person is woken only when calls are not seen; what can wait is a ticket; a caller’s bad input is neither.'

param location string
param tags object
param actionGroupPrefix string
param appInsightsId string
param serviceBusId string
param pollShardCount int
param pollRunSeconds int
param pageEmail string

@description('[{ name, countryCode, phoneNumber }]')
param pagePhones array
param ticketEmail string

var entities = loadJsonContent('../entities.json')

// A line of the log arrives as it was printed, one JSON object, or already taken apart into customDimensions.
var lines = 'let lines = traces | extend line = parse_json(message) | extend event = coalesce(tostring(customDimensions.event), tostring(line.event)), account = coalesce(tostring(customDimensions.account), tostring(line.account)), outcome = coalesce(tostring(customDimensions.outcome), tostring(line.outcome)), attempt = coalesce(toint(customDimensions.attempt), toint(line.attempt));'

// A host that speaks OpenTelemetry (host.json, telemetryMode) names a run after its span, and the function in faas.name.
var runs = 'let runs = requests | extend name = coalesce(tostring(customDimensions["faas.name"]), name);'

// Every run of a poll timer ends after pollRunSeconds: two of them without one that succeeded, and the timer is dead.
var pollWindow = pollRunSeconds > 840 ? 'PT1H' : 'PT30M'

var pages = [
  {
    name: 'nobody-polls'
    // A process that holds no channel says 0.
    description: 'No process of the app polls, neither for a timer nor as the fallback: no call is seen.'
    query: 'customMetrics | where name == "relay.poll_age" and valueMax > 0'
    measure: ''
    operator: 'LessThan'
    threshold: 1
    window: 'PT5M'
    splitBy: ''
  }
  {
    name: 'accounts-disconnected'
    // By counts, as /health: one account in twenty, or the only one. Each minute of ten, so that the signing in after a restart is none.
    description: 'One account in twenty, or more, is not connected: its calls are not seen.'
    query: 'customMetrics | where name == "relay.channels" | extend isOff = tostring(customDimensions.state) != "connected" | summarize off = sumif(valueMax, isOff), all = sum(valueMax) by bin(timestamp, 1m) | summarize share = min(iff(all > 0, off / all, 0.0)) | where share >= 0.05'
    measure: ''
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT10M'
    splitBy: ''
  }
  {
    name: 'poll-silent'
    // A poll is asked to last 180 s and given up after 200.
    description: 'A poll has neither been answered nor given up in time: its account’s calls are not seen.'
    query: 'customMetrics | where name == "relay.poll_age" and valueMax > 300000'
    measure: ''
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT5M'
    splitBy: ''
  }
  {
    name: 'not-published'
    description: 'Service Bus takes no events: calls are held back until it does.'
    query: '${lines} lines | where event == "publishFailed" and attempt >= 10'
    measure: ''
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT5M'
    splitBy: ''
  }
  {
    name: 'webhooks-failing'
    description: 'Three or more webhooks began to fail within a quarter of an hour.'
    query: '${lines} lines | where event == "subscriptionFailing" | summarize subscribers = dcount(tostring(subscriptionId)) | where subscribers >= 3'
    measure: ''
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    splitBy: ''
  }
]

var tickets = [
  {
    name: 'account-disconnected'
    description: 'An account’s event channel ended and has not come back: its calls are not seen.'
    query: '${lines} lines | where event in ("accountDisconnected", "ucwaNoInvitations", "ucwaConnected", "accountPolledAgain", "eventRelayed") | summarize arg_max(timestamp, event) by account | where event in ("accountDisconnected", "ucwaNoInvitations") and timestamp < ago(2m)'
    measure: ''
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT6H'
    splitBy: 'account'
  }
  {
    name: 'needs-attention'
    description: 'The relay says that something is wrong that a person must mend.'
    query: '${lines} lines | where event in ("eventRefused", "commandNotRecorded", "subscriptionDisabled", "ucwaModalitiesLacking", "ucwaTicketNotRenewed", "leasesNotRenewed", "subscriptionsStale") | summarize count() by event'
    window: 'PT1H'
    splitBy: 'event'
  }
  {
    name: 'function-failing'
    // A host that ends fires its timers once more, when its worker has gone: that is no failure.
    description: 'A function that no caller feeds has thrown: its message is redelivered, and dead-lettered after ten tries.'
    query: '${runs} let dying = exceptions | where outerMessage has "initialized language workers" | distinct operation_Id; runs | where success == false and operation_Id !in (dying) and name in ("deliverEvent", "retryDelivery", "runInvitationCommand", "removeExpiredRecords") | summarize count() by name'
    window: 'PT1H'
    splitBy: 'name'
  }
  {
    name: 'timer-stopped'
    description: 'The timer of a shard has not run for a long time: its accounts are polled by the fallback alone.'
    query: '${runs} runs | where success == true and name matches regex "^pollEventChannel[0-9]+$" | summarize shards = dcount(name) | where shards < ${pollShardCount} | extend shards = tostring(shards)'
    window: pollWindow
    splitBy: 'shards'
  }
]

resource page 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${actionGroupPrefix}page'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'relay page'
    emailReceivers: empty(pageEmail)
      ? []
      : [
          {
            name: 'person on duty'
            emailAddress: pageEmail
            useCommonAlertSchema: true
          }
        ]
    smsReceivers: pagePhones
  }
}

resource ticket 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${actionGroupPrefix}ticket'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'relay note'
    emailReceivers: empty(ticketEmail)
      ? []
      : [
          {
            name: 'operators'
            emailAddress: ticketEmail
            useCommonAlertSchema: true
          }
        ]
  }
}

resource pageRules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in pages: {
    name: 'page-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Relay: ${rule.name}'
      description: rule.description
      enabled: true
      severity: 0
      scopes: [appInsightsId]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: empty(rule.measure) ? null : rule.measure
            timeAggregation: empty(rule.measure) ? 'Count' : 'Total'
            operator: rule.operator
            threshold: rule.threshold
            dimensions: empty(rule.splitBy)
              ? []
              : [
                  {
                    name: rule.splitBy
                    operator: 'Include'
                    values: ['*']
                  }
                ]
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [page.id]
      }
    }
  }
]

resource ticketRules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in tickets: {
    name: 'ticket-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Relay: ${rule.name}'
      description: rule.description
      enabled: true
      severity: 3
      scopes: [appInsightsId]
      evaluationFrequency: 'PT15M'
      windowSize: rule.window
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            dimensions: [
              {
                name: rule.splitBy
                operator: 'Include'
                values: ['*']
              }
            ]
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [ticket.id]
      }
    }
  }
]

// A full entity takes no more messages, and then the relay stops at the first call: half full is the time to look.
resource sizeRules 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for entity in concat(entities.queues, entities.topics): {
    name: 'page-half-full-${entity.name}'
    location: 'global'
    tags: tags
    properties: {
      description: '${entity.name} has half the size at which Service Bus takes no more.'
      enabled: true
      severity: 0
      scopes: [serviceBusId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'size'
            metricNamespace: 'Microsoft.ServiceBus/namespaces'
            metricName: 'Size'
            dimensions: [
              {
                name: 'EntityName'
                operator: 'Include'
                values: [entity.name]
              }
            ]
            timeAggregation: 'Average'
            operator: 'GreaterThan'
            // Half of so many megabytes, in bytes.
            threshold: entity.properties.maxSizeInMegabytes * 524288
          }
        ]
      }
      actions: [
        {
          actionGroupId: page.id
        }
      ]
    }
  }
]

resource deadLetterRule 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: 'ticket-dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'Messages were dead-lettered: expired unread, or failed too often.'
    enabled: true
    severity: 3
    scopes: [serviceBusId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead letters'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: ['*']
            }
          ]
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [
      {
        actionGroupId: ticket.id
      }
    ]
  }
}

resource unreadableRule 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: 'ticket-unreadable-events'
  location: 'global'
  tags: tags
  properties: {
    description: 'An event of UCWA could not be read; it lies in the queue unreadable-events with the reason.'
    enabled: true
    severity: 3
    scopes: [serviceBusId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'unreadable'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'ActiveMessages'
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: ['unreadable-events']
            }
          ]
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [
      {
        actionGroupId: ticket.id
      }
    ]
  }
}

output pageActionGroupId string = page.id
