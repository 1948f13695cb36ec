metadata description = 'What the app’s identity may do, and the operator: the least that the code needs, each at the scope of one resource.'

@description('Object id of the app’s identity.')
param principalId string

@description('Object id of who may write the secrets; empty for nobody.')
param operatorPrincipalId string

@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorPrincipalType string

param storageAccountName string
param serviceBusName string
param keyVaultName string
param appInsightsName string

@description('Queues to which the app may send the answers to queued commands.')
param replyQueues string[]

var roles = {
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  serviceBusDataReceiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  serviceBusDataSender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
}

var entities = loadJsonContent('../entities.json')
var events = entities.topics[0]
var queuesToSendTo = concat(
  map(filter(entities.queues, queue => contains(queue.access, 'send')), queue => queue.name),
  replyQueues
)
var queuesToReceiveFrom = map(filter(entities.queues, queue => contains(queue.access, 'receive')), queue => queue.name)
var subscriptionsToReceiveFrom = map(events.subscriptions, subscription => subscription.name)

resource storageAccount 'Microsoft.Storage/storageAccounts@2025-08-01' existing = {
  name: storageAccountName
}

resource serviceBus 'Microsoft.ServiceBus/namespaces@2026-01-01' existing = {
  name: serviceBusName

  resource queueToSendTo 'queues' existing = [for name in queuesToSendTo: { name: name }]

  resource queueToReceiveFrom 'queues' existing = [for name in queuesToReceiveFrom: { name: name }]

  resource topic 'topics' existing = {
    name: events.name

    resource subscription 'subscriptions' existing = [for name in subscriptionsToReceiveFrom: { name: name }]
  }
}

resource keyVault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: keyVaultName
}

resource appInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: appInsightsName
}

func roleDefinition(id string) string => subscriptionResourceId('Microsoft.Authorization/roleDefinitions', id)

// The host keeps its keys and the timers' locks in blobs, and reads the package from there.
resource blobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storageAccount.id, principalId, roles.storageBlobDataOwner)
  scope: storageAccount
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinition(roles.storageBlobDataOwner)
  }
}

resource tables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storageAccount.id, principalId, roles.storageTableDataContributor)
  scope: storageAccount
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinition(roles.storageTableDataContributor)
  }
}

resource eventSender 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(serviceBus::topic.id, principalId, roles.serviceBusDataSender)
  scope: serviceBus::topic
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinition(roles.serviceBusDataSender)
  }
}

resource queueSenders 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in queuesToSendTo: {
    name: guid(serviceBus::queueToSendTo[index].id, principalId, roles.serviceBusDataSender)
    scope: serviceBus::queueToSendTo[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: roleDefinition(roles.serviceBusDataSender)
    }
  }
]

resource queueReceivers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in queuesToReceiveFrom: {
    name: guid(serviceBus::queueToReceiveFrom[index].id, principalId, roles.serviceBusDataReceiver)
    scope: serviceBus::queueToReceiveFrom[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: roleDefinition(roles.serviceBusDataReceiver)
    }
  }
]

// A trigger on a topic needs the role at its subscription; at the topic alone it fails (Azure Functions, Service Bus trigger).
resource eventReceivers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in subscriptionsToReceiveFrom: {
    name: guid(serviceBus::topic::subscription[index].id, principalId, roles.serviceBusDataReceiver)
    scope: serviceBus::topic::subscription[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: roleDefinition(roles.serviceBusDataReceiver)
    }
  }
]

resource secrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(keyVault.id, principalId, roles.keyVaultSecretsUser)
  scope: keyVault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinition(roles.keyVaultSecretsUser)
  }
}

resource telemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(appInsights.id, principalId, roles.monitoringMetricsPublisher)
  scope: appInsights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinition(roles.monitoringMetricsPublisher)
  }
}

resource operator 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(keyVault.id, operatorPrincipalId, roles.keyVaultSecretsOfficer)
  scope: keyVault
  properties: {
    principalId: operatorPrincipalId
    principalType: operatorPrincipalType
    roleDefinitionId: roleDefinition(roles.keyVaultSecretsOfficer)
  }
}
