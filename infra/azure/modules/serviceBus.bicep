metadata description = 'The namespace with the product’s entities, as entities.json lists them, and a subscription for each consumer.'

param name string
param location string
param tags object

@description('Premium has private endpoints and no limit of operations per second; Standard neither.')
param premium bool

@description('Public addresses that reach a Premium namespace all the same.')
param allowedNetworks string[]

@description('[{ name, filter, sessions }]')
param consumerSubscriptions array

@description('Queues for the answers to queued commands.')
param replyQueues string[]

var entities = loadJsonContent('../entities.json')
var events = entities.topics[0]

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  sku: premium
    ? {
        name: 'Premium'
        tier: 'Premium'
        capacity: 1
      }
    : {
        name: 'Standard'
        tier: 'Standard'
      }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: premium && empty(allowedNetworks) ? 'Disabled' : 'Enabled'
  }
}

// Only a Premium namespace has a firewall.
resource firewall 'Microsoft.ServiceBus/namespaces/networkRuleSets@2026-01-01' = if (premium && !empty(allowedNetworks)) {
  parent: namespace
  name: 'default'
  properties: {
    publicNetworkAccess: 'Enabled'
    defaultAction: 'Deny'
    ipRules: [for network in allowedNetworks: { ipMask: network, action: 'Allow' }]
  }
}

resource queues 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' = [
  for queue in entities.queues: {
    parent: namespace
    name: queue.name
    properties: queue.properties
  }
]

resource answers 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' = [
  for name in replyQueues: {
    parent: namespace
    name: name
    properties: entities.replyQueue
  }
]

resource topic 'Microsoft.ServiceBus/namespaces/topics@2026-01-01' = {
  parent: namespace
  name: events.name
  properties: events.properties
}

resource subscriptions 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2026-01-01' = [
  for own in events.subscriptions: {
    parent: topic
    name: own.name
    properties: own.properties
  }
]

resource consumers 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2026-01-01' = [
  for consumer in consumerSubscriptions: {
    parent: topic
    name: consumer.name
    properties: union(entities.consumerSubscription, { requiresSession: consumer.sessions })
  }
]

// A subscription is created with a rule $Default that takes everything: it is made the consumer's filter, so that there is
// no moment at which two rules hold.
resource filters 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2026-01-01' = [
  for (consumer, index) in consumerSubscriptions: {
    parent: consumers[index]
    name: '$Default'
    properties: {
      filterType: 'SqlFilter'
      sqlFilter: {
        sqlExpression: empty(consumer.filter) ? '1=1' : consumer.filter
      }
    }
  }
]

output id string = namespace.id
output name string = namespace.name
output host string = '${namespace.name}.servicebus.windows.net'
