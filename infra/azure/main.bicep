metadata description = 'ucwa-relay: Skype for Business call invitations on Azure Service Bus and webhooks.'

targetScope = 'subscription'

@description('Name of the azd environment; the names of all resources come from it.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of all resources. It must offer Flex Consumption.')
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

@description('Object id of the person or pipeline that deploys: it may write the secrets. Empty: nobody is given that role here.')
param operatorPrincipalId string = ''

@description('What operatorPrincipalId is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorPrincipalType string = 'User'

@description('public: no network of its own. integrated: the app sits in a virtual network with a NAT gateway. private: as integrated, and storage, bus and vault are reached through private endpoints only, which makes the namespace Premium. Cannot be changed later: a namespace does not become Premium in place; choose a new environment and move the consumers.')
@allowed(['public', 'integrated', 'private'])
param network string = 'public'

@description('Address range of the virtual network; it must not overlap with the networks it is connected to. At least a /24.')
param virtualNetworkAddressPrefix string = '10.86.0.0/24'

@description('DNS servers of the virtual network, for a pool whose name only an internal server knows. Empty: those of Azure. In a private network they must forward the privatelink zones to Azure.')
param virtualNetworkDnsServers string[] = []

@description('Public IPv4 addresses or ranges, such as 203.0.113.8 or 203.0.113.0/28, that reach storage, bus and vault of a private network beside its private endpoints: a pipeline that writes secrets, consumers in another cloud. In the other networks they are open to every identity with a role.')
param allowedNetworks string[] = []

@description('Public IPv4 ranges, such as 203.0.113.0/28, that may call the HTTP API. Empty: every address. Flows, cards and monitors call it too.')
param allowedCallers string[] = []

@description('One Service Bus subscription for each consumer of yours. filter: an SQL filter over the application properties, empty for every event. sessions: messages of one invitation in order, to one receiver; cannot be changed later: Service Bus refuses it, so give the consumer a new name.')
param consumerSubscriptions consumerSubscription[] = []

@description('Queues that senders of queued commands name in replyTo. Each is created, and the app may send answers to these alone.')
param replyQueues string[] = []

@description('UCWA_ACCOUNTS: the JSON array of accounts. Empty: the secret ucwa-accounts stays as it is in the vault.')
@secure()
param accounts string = ''

@description('RELAY_SIGNING_KEY: at least 32 random characters. Empty: the secret relay-signing-key stays as it is in the vault.')
@secure()
param signingKey string = ''

@description('RELAY_ENCRYPTION_KEY: 32 random bytes in base64, or several such keys separated by commas, the newest first. Empty: the secret relay-encryption-key stays as it is in the vault.')
@secure()
param encryptionKey string = ''

@description('UCWA_DISCOVERY_URL: root of discovery for accounts that name none. Empty: from the account’s SIP domain.')
param discoveryUrl string = ''

@description('UCWA_ALLOWED_HOSTS: hosts, separated by commas, to which a password may go beside each account’s SIP domain.')
param allowedHosts string = ''

@description('UCWA_CA_CERTIFICATE: a private certification authority in PEM form, with \\n for the line ends.')
param caCertificate string = ''

@description('WEBHOOK_CA_CERTIFICATE: a private certification authority of webhook receivers in PEM form, with \\n for the line ends.')
param webhookCaCertificate string = ''

@description('RELAY_PUBLIC_URL: where callers reach the app, for a custom domain or a front end, such as https://calls.contoso.com. Bind the domain to the app first. Empty: the app’s own host name.')
param publicUrl string = ''

@description('RELAY_KINDS: which invitations are relayed.')
param kinds string = 'audioVideo,phoneAudio'

@description('RELAY_INCLUDE_SDP: whether the events on the bus carry the SDP.')
param includeSdp bool = false

@description('RELAY_CONTACT_DETAILS: whether the events carry title, department, company and office of callers.')
param contactDetails bool = false

@description('WEBHOOK_ALLOWED_CIDRS: private address ranges, separated by commas, that webhooks may reach.')
param webhookAllowedCidrs string = ''

@description('RETENTION_DAYS: how long calls, commands and deliveries are kept in tables, and unreadable events in blobs.')
@minValue(1)
@maxValue(3650)
param retentionDays int = 30

@description('POLL_SHARD_COUNT: processes that share the accounts. One holds several hundred.')
@minValue(1)
@maxValue(64)
param pollShardCount int = 1

@description('POLL_FALLBACK: whether any instance of the app polls the accounts that no timer polls. Without it a deployment or scale-in disconnects them for up to 30 seconds, a timer that stops for good until it is restarted.')
param pollFallback bool = true

@description('SIGN_INS_PER_SECOND: how many accounts an instance signs in each second after a restart; those that were connected before come first.')
@minValue(1)
@maxValue(1000)
param signInsPerSecond int = 20

@description('POLL_RUN_SECONDS: how long a run of a poll timer lasts before the next one takes over.')
@minValue(10)
@maxValue(1500)
param pollRunSeconds int = 600

@description('Memory of an instance in MB; the cost of always-ready instances follows it.')
@allowed([512, 2048, 4096])
param instanceMemory int = 2048

@description('Instances that wait for HTTP requests. With one, nothing waits while it is replaced, every 30 to 60 minutes.')
@minValue(1)
@maxValue(20)
param httpInstanceCount int = 2

@description('HTTP requests that an instance serves at a time before another one is added. Each open page of the console is one for as long as it is open, and costs next to nothing.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 200

@description('Most instances of the app, for a rush of calls, commands or deliveries. At least ten more than are always ready are allowed in any case.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 100

@description('Client id of the app registration whose tokens are accepted. Empty: function keys alone.')
param authenticationClientId string = ''

@description('Whether a request without a token is refused at the door. It then shuts out capability links and callers that have only a key.')
param authenticationRequired bool = false

@description('Whether people sign in to the console (/api/console) with Microsoft Entra ID, as the app registration of authenticationClientId: it needs ID tokens switched on, and the redirect URI https://<host>/.auth/login/aad/callback. The platform then keeps their tokens (token store).')
param consoleSignIn bool = true

@description('E-mail address that is told when calls are not seen. Empty: nobody.')
param pageEmail string = ''

@secure()
@description('A function key with which Microsoft asks /api/health every five minutes and pages when it is not 200. It exists only after the first deployment (az functionapp keys set). Leave it empty where callers need a token too.')
param healthKey string = ''

@description('Telephones that get a text message when calls are not seen.')
param pagePhones phone[] = []

@description('E-mail address that is told of what can wait until morning. Empty: nobody.')
param ticketEmail string = ''

@description('Whether the vault keeps deleted secrets for 90 days whatever anyone does. Cannot be switched off later, and the name of a removed environment’s vault is taken for as long; false suits trials that are removed again.')
param purgeProtection bool = true

@description('How storage is kept: in three zones of the region, or, where the region has no zones, three times in one place.')
@allowed(['Standard_ZRS', 'Standard_LRS'])
param storageRedundancy string = 'Standard_ZRS'

@description('How long telemetry is kept, in days. The first 31 are without charge.')
@minValue(30)
@maxValue(730)
param telemetryRetentionDays int = 30

@sealed()
type consumerSubscription = {
  @description('Name of the subscription: 1 to 50 letters, digits, full stops, hyphens and underscores.')
  name: string
  filter: string
  sessions: bool
}

@sealed()
type phone = {
  name: string
  @description('Without the plus sign.')
  countryCode: string
  phoneNumber: string
}

var abbreviations = loadJsonContent('abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = {
  'azd-env-name': environmentName
}
var functionAppName = '${abbreviations.functionApp}${token}'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: '${abbreviations.resourceGroup}${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: '${abbreviations.identity}${token}'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: '${abbreviations.logAnalytics}${token}'
    appInsightsName: '${abbreviations.appInsights}${token}'
    location: location
    tags: tags
    retentionDays: telemetryRetentionDays
  }
}

module virtualNetwork 'modules/network.bicep' = if (network != 'public') {
  name: 'network'
  scope: group
  params: {
    name: '${abbreviations.virtualNetwork}${token}'
    natGatewayName: '${abbreviations.natGateway}${token}'
    publicIpName: '${abbreviations.publicIp}${token}'
    location: location
    tags: tags
    addressPrefix: virtualNetworkAddressPrefix
    dnsServers: virtualNetworkDnsServers
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: '${abbreviations.storageAccount}${token}'
    location: location
    tags: tags
    redundancy: storageRedundancy
    publicAccess: network != 'private'
    allowedNetworks: allowedNetworks
    unreadableRetentionDays: retentionDays
  }
}

module serviceBus 'modules/serviceBus.bicep' = {
  name: 'service-bus'
  scope: group
  params: {
    name: '${abbreviations.serviceBus}${token}'
    location: location
    tags: tags
    premium: network == 'private'
    allowedNetworks: allowedNetworks
    consumerSubscriptions: consumerSubscriptions
    replyQueues: replyQueues
  }
}

module keyVault 'modules/keyVault.bicep' = {
  name: 'key-vault'
  scope: group
  params: {
    name: '${abbreviations.keyVault}${token}'
    location: location
    tags: tags
    publicAccess: network != 'private'
    allowedNetworks: allowedNetworks
    purgeProtection: purgeProtection
    accounts: accounts
    signingKey: signingKey
    encryptionKey: encryptionKey
  }
}

module privateEndpoints 'modules/privateEndpoints.bicep' = if (network == 'private') {
  name: 'private-endpoints'
  scope: group
  params: {
    location: location
    tags: tags
    virtualNetworkId: virtualNetwork!.outputs.id
    subnetId: virtualNetwork!.outputs.endpointSubnetId
    storageAccountId: storage.outputs.id
    serviceBusId: serviceBus.outputs.id
    keyVaultId: keyVault.outputs.id
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    principalId: identity.outputs.principalId
    operatorPrincipalId: operatorPrincipalId
    operatorPrincipalType: operatorPrincipalType
    storageAccountName: storage.outputs.name
    serviceBusName: serviceBus.outputs.name
    keyVaultName: keyVault.outputs.name
    appInsightsName: monitoring.outputs.appInsightsName
    replyQueues: replyQueues
  }
}

module diagnostics 'modules/diagnostics.bicep' = {
  name: 'diagnostics'
  scope: group
  params: {
    workspaceId: monitoring.outputs.workspaceId
    storageAccountName: storage.outputs.name
    serviceBusName: serviceBus.outputs.name
    keyVaultName: keyVault.outputs.name
  }
}

module functionApp 'modules/functionApp.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    name: functionAppName
    planName: '${abbreviations.appServicePlan}${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageAccountName: storage.outputs.name
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    serviceBusHost: serviceBus.outputs.host
    keyVaultUri: keyVault.outputs.uri
    appInsightsName: monitoring.outputs.appInsightsName
    subnetId: network == 'public' ? '' : virtualNetwork!.outputs.appSubnetId
    allowedCallers: allowedCallers
    instanceMemory: instanceMemory
    httpInstanceCount: httpInstanceCount
    httpConcurrency: httpConcurrency
    maximumInstanceCount: maximumInstanceCount
    publicUrl: publicUrl
    pollShardCount: pollShardCount
    pollFallback: pollFallback
    signInsPerSecond: signInsPerSecond
    pollRunSeconds: pollRunSeconds
    discoveryUrl: discoveryUrl
    allowedHosts: allowedHosts
    caCertificate: caCertificate
    webhookCaCertificate: webhookCaCertificate
    kinds: kinds
    includeSdp: includeSdp
    contactDetails: contactDetails
    webhookAllowedCidrs: webhookAllowedCidrs
    retentionDays: retentionDays
    authenticationClientId: authenticationClientId
    authenticationRequired: authenticationRequired
    consoleSignIn: consoleSignIn
  }
  // The app reads its package, its secrets and its locks with the identity's roles, and through the endpoints.
  dependsOn: [
    roles
    privateEndpoints
  ]
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    actionGroupPrefix: abbreviations.actionGroup
    appInsightsId: monitoring.outputs.appInsightsId
    serviceBusId: serviceBus.outputs.id
    pollShardCount: pollShardCount
    pollRunSeconds: pollRunSeconds
    pageEmail: pageEmail
    pagePhones: pagePhones
    ticketEmail: ticketEmail
  }
}

module availability 'modules/availability.bicep' = {
  name: 'availability'
  scope: group
  params: {
    location: location
    tags: tags
    namePrefix: '${abbreviations.webTest}${token}-'
    appInsightsId: monitoring.outputs.appInsightsId
    appUrl: functionApp.outputs.url
    pageActionGroupId: alerts.outputs.pageActionGroupId
    healthKey: healthKey
  }
}

@description('Name of the function app.')
output AZURE_FUNCTION_NAME string = functionAppName

@description('Where the HTTP API is.')
output RELAY_URL string = functionApp.outputs.url

@description('Host name of the Service Bus namespace.')
output SERVICE_BUS_HOST string = serviceBus.outputs.host

@description('Name of the vault with the secrets ucwa-accounts, relay-signing-key and relay-encryption-key.')
output AZURE_KEY_VAULT_NAME string = keyVault.outputs.name

@description('Address from which the relay reaches the pool; empty without a network of its own.')
output OUTBOUND_IP_ADDRESS string = network == 'public' ? '' : virtualNetwork!.outputs.outboundIpAddress

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_TENANT_ID string = tenant().tenantId
