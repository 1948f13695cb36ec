metadata description = 'The function app on Flex Consumption, its settings, and who may call it.'

param name string
param planName string
param location string
param tags object
param identityId string
param identityClientId string
param storageAccountName string

@description('Container that holds the package.')
param deploymentContainerUrl string
param serviceBusHost string
param keyVaultUri string
param appInsightsName string

@description('Empty: no network of its own.')
param subnetId string
param pollShardCount int
param pollFallback bool
param pollRunSeconds int
param discoveryUrl string
param allowedHosts string
param caCertificate string
param webhookCaCertificate string
param kinds string
param includeSdp bool
param webhookAllowedCidrs string
param retentionDays int

@description('Empty: function keys alone.')
param authenticationClientId string
param authenticationRequired bool

// What stands between a ring and a subscriber never waits for an instance to start. Each of these scales by itself.
var alwaysReadyFunctions = concat(
  map(range(0, pollShardCount), shard => 'function:pollEventChannel${shard}'),
  ['http', 'function:deliverEvent', 'function:retryDelivery']
)
var secretReference = '@Microsoft.KeyVault(SecretUri=${keyVaultUri}secrets/'
var withAuthentication = !empty(authenticationClientId)
var audience = 'api://${authenticationClientId}'

resource appInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: appInsightsName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'relay' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: '24'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        // Beyond what is always ready: a rush of calls, commands or deliveries.
        maximumInstanceCount: 100
        alwaysReady: [
          for alwaysReadyFunction in alwaysReadyFunctions: {
            name: alwaysReadyFunction
            instanceCount: 1
          }
        ]
      }
      // Documented (Azure Functions, site update strategies in Flex Consumption), and not in the compiler's types.
      #disable-next-line BCP037
      siteUpdateStrategy: {
        type: 'RollingUpdate'
      }
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: {
    APPLICATIONINSIGHTS_CONNECTION_STRING: appInsights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    AzureWebJobsStorage__accountName: storageAccountName
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    ServiceBusConnection__fullyQualifiedNamespace: serviceBusHost
    ServiceBusConnection__credential: 'managedidentity'
    ServiceBusConnection__clientId: identityClientId
    UCWA_ACCOUNTS: '${secretReference}ucwa-accounts)'
    UCWA_DISCOVERY_URL: discoveryUrl
    UCWA_ALLOWED_HOSTS: allowedHosts
    UCWA_CA_CERTIFICATE: caCertificate
    POLL_SCHEDULE: '0 * * * * *'
    POLL_RUN_SECONDS: string(pollRunSeconds)
    POLL_SHARD_COUNT: string(pollShardCount)
    POLL_FALLBACK: pollFallback ? 'true' : 'false'
    RELAY_KINDS: kinds
    RELAY_INCLUDE_SDP: includeSdp ? 'true' : 'false'
    RELAY_PUBLIC_URL: 'https://${app.properties.defaultHostName}'
    RELAY_SIGNING_KEY: '${secretReference}relay-signing-key)'
    RELAY_ENCRYPTION_KEY: '${secretReference}relay-encryption-key)'
    WEBHOOK_ALLOWED_CIDRS: webhookAllowedCidrs
    WEBHOOK_CA_CERTIFICATE: webhookCaCertificate
    ENTRA_TENANT_ID: withAuthentication ? tenant().tenantId : ''
    ENTRA_AUDIENCE: withAuthentication ? audience : ''
    RETENTION_DAYS: string(retentionDays)
  }
}

resource authentication 'Microsoft.Web/sites/config@2025-03-01' = if (withAuthentication) {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
    }
    globalValidation: {
      requireAuthentication: authenticationRequired
      unauthenticatedClientAction: authenticationRequired ? 'Return401' : 'AllowAnonymous'
      excludedPaths: ['/api/health/live']
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: authenticationClientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [audience, authenticationClientId]
        }
      }
    }
    login: {
      tokenStore: {
        enabled: false
      }
    }
  }
}

// Publishing is by identity alone.
resource noFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noBasicScm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
