metadata description = 'A virtual network: a subnet that the app sits in, with a NAT gateway, and one for private endpoints.'

param name string
param natGatewayName string
param publicIpName string
param location string
param tags object

@description('At least a /24.')
param addressPrefix string

@description('Empty: those of Azure.')
param dnsServers array

// Each account holds a connection to the pool: one address has some 64,000 ports to one destination, without the gateway they are few.
resource publicIp 'Microsoft.Network/publicIPAddresses@2025-05-01' = {
  name: publicIpName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource natGateway 'Microsoft.Network/natGateways@2025-05-01' = {
  name: natGatewayName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    // A pending poll sends nothing for minutes: the default, four, would cut it.
    idleTimeoutInMinutes: 30
    publicIpAddresses: [
      {
        id: publicIp.id
      }
    ]
  }
}

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [addressPrefix]
    }
    dhcpOptions: {
      dnsServers: dnsServers
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          natGateway: {
            id: natGateway.id
          }
          delegations: [
            {
              name: 'flex-consumption'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'private-endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
        }
      }
    ]
  }
}

output id string = virtualNetwork.id
output appSubnetId string = '${virtualNetwork.id}/subnets/app'
output endpointSubnetId string = '${virtualNetwork.id}/subnets/private-endpoints'
output outboundIpAddress string = publicIp.properties.ipAddress
