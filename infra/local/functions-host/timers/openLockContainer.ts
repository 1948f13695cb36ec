import { DefaultAzureCredential } from '@azure/identity';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import type { AppSettings } from '../settings/appSettings';

/** Where Microsoft's host keeps its locks (azure-webjobs-sdk, HostContainerNames). */
const CONTAINER = 'azure-webjobs-hosts';

/**
 * The container of the host's locks in the storage account that `AzureWebJobsStorage` names, by connection string or as
 * `AzureWebJobsStorage__accountName` for an identity; undefined where neither is set. Nothing is sent yet.
 */
export function openLockContainer(settings: AppSettings): ContainerClient | undefined {
  const { AzureWebJobsStorage: connectionString, AzureWebJobsStorage__accountName: accountName } = settings;
  if (connectionString !== undefined && connectionString !== '')
    return BlobServiceClient.fromConnectionString(connectionString).getContainerClient(CONTAINER);
  if (accountName === undefined || accountName === '') return undefined;
  const clientId = settings.AzureWebJobsStorage__clientId;
  return new BlobServiceClient(
    `https://${accountName}.blob.core.windows.net`,
    new DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId }),
  ).getContainerClient(CONTAINER);
}
