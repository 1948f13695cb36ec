metadata description = 'The vault. The app’s settings refer to its secrets without a version, so that a new version is taken by itself.'

param name string
param location string
param tags object

@description('False: reached through a private endpoint only.')
param publicAccess bool

@description('Public addresses that reach the vault all the same.')
param allowedNetworks string[]

@description('Cannot be switched off later.')
param purgeProtection bool

@description('Empty: the secret stays as it is.')
@secure()
param accounts string

@description('Empty: the secret stays as it is.')
@secure()
param signingKey string

@description('Empty: the secret stays as it is.')
@secure()
param encryptionKey string

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    // Azure refuses false: a vault without it must not say so.
    enablePurgeProtection: purgeProtection ? true : null
    enableSoftDelete: true
    softDeleteRetentionInDays: purgeProtection ? 90 : 7
    publicNetworkAccess: publicAccess || !empty(allowedNetworks) ? 'enabled' : 'disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: publicAccess ? 'Allow' : 'Deny'
      ipRules: [for network in allowedNetworks: { value: network }]
    }
  }
}

resource accountsSecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (!empty(accounts)) {
  parent: vault
  name: 'ucwa-accounts'
  properties: {
    contentType: 'application/json'
    value: accounts
  }
}

resource signingKeySecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (!empty(signingKey)) {
  parent: vault
  name: 'relay-signing-key'
  properties: {
    value: signingKey
  }
}

resource encryptionKeySecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (!empty(encryptionKey)) {
  parent: vault
  name: 'relay-encryption-key'
  properties: {
    value: encryptionKey
  }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri
