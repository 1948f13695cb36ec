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

@description('Ranges that may call the app; empty: every address.')
param allowedCallers string[]

@allowed([512, 2048, 4096])
param instanceMemory int
param httpInstanceCount int
param httpConcurrency int
param maximumInstanceCount int

@description('Empty: the app’s own host name.')
param publicUrl string
param pollShardCount int
param pollFallback bool
param signInsPerSecond int
param pollRunSeconds int
param discoveryUrl string
param allowedHosts string
param caCertificate string
param webhookCaCertificate string
param kinds string
param includeSdp bool
param contactDetails bool
param webhookAllowedCidrs string
param retentionDays int

@description('Empty: function keys alone.')
param authenticationClientId string
param authenticationRequired bool

@description('Whether people sign in to the console with Microsoft Entra ID.')
param consoleSignIn bool

// No function on the way of a ring, a command or an answer waits for an instance to start, which may take two minutes
// (Azure-Functions issue 2581). Each of these scales by itself.
var alwaysReady = concat(
  [{ name: 'http', instanceCount: httpInstanceCount }],
  map(
    concat(
      map(range(0, pollShardCount), shard => 'pollEventChannel${shard}'),
      ['deliverEvent', 'retryDelivery', 'runInvitationCommand']
    ),
    name => { name: 'function:${name}', instanceCount: 1 }
  )
)
var alwaysReadyCount = reduce(map(alwaysReady, each => each.instanceCount), 0, (sum, count) => sum + count)
// Azure refuses more always-ready instances than the maximum.
var spareInstances = 10
var secretReference = '@Microsoft.KeyVault(SecretUri=${keyVaultUri}secrets/'
var withAuthentication = !empty(authenticationClientId)
// A v1 token is for the application ID URI, a v2 token for the client id.
var audiences = ['api://${authenticationClientId}', authenticationClientId]

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
      // A browser opens six connections to a host with HTTP/1.1, and each page of the console holds one.
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: empty(allowedCallers) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: [
        for (range, index) in allowedCallers: {
          name: 'caller-${index}'
          action: 'Allow'
          priority: 100 + index
          ipAddress: range
        }
      ]
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
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: max(maximumInstanceCount, alwaysReadyCount + spareInstances)
        alwaysReady: alwaysReady
        triggers: {
          http: {
            perInstanceConcurrency: httpConcurrency
          }
        }
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
    SIGN_INS_PER_SECOND: string(signInsPerSecond)
    RELAY_KINDS: kinds
    RELAY_INCLUDE_SDP: includeSdp ? 'true' : 'false'
    RELAY_CONTACT_DETAILS: contactDetails ? 'true' : 'false'
    RELAY_PUBLIC_URL: empty(publicUrl) ? 'https://${app.properties.defaultHostName}' : publicUrl
    RELAY_SIGNING_KEY: '${secretReference}relay-signing-key)'
    RELAY_ENCRYPTION_KEY: '${secretReference}relay-encryption-key)'
    WEBHOOK_ALLOWED_CIDRS: webhookAllowedCidrs
    WEBHOOK_CA_CERTIFICATE: webhookCaCertificate
    ENTRA_TENANT_ID: withAuthentication ? tenant().tenantId : ''
    ENTRA_AUDIENCE: withAuthentication ? join(audiences, ',') : ''
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
          allowedAudiences: audiences
        }
      }
    }
    login: {
      // The console exchanges the ID token of a person who signs in for a cookie of its own.
      tokenStore: {
        enabled: consoleSignIn
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
