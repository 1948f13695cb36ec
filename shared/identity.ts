import type * as Identity from '@azure/identity';
import type { TokenCredential } from '@azure/identity';
import type { Connection } from './config/settings';
import { RelayError } from './errors/relayError';
import type { BearerToken } from './ucwa/signIn/ticket';

/** The SDK is large and a connection string needs none of it: it is loaded with the first token. */
function lazily(open: (identity: typeof Identity) => TokenCredential): TokenCredential {
  let opened: Promise<TokenCredential> | undefined;
  return {
    async getToken(scopes, options) {
      opened ??= import('@azure/identity').then(open);
      return (await opened).getToken(scopes, options);
    },
  };
}

/**
 * For a connection without a connection string: the user-assigned identity that its client id names, else whatever
 * this machine is signed in with.
 */
export function credentialFor(connection: Connection): TokenCredential {
  const clientId = 'clientId' in connection ? connection.clientId : undefined;
  return clientId === undefined
    ? lazily((identity) => new identity.DefaultAzureCredential())
    : managedIdentity(clientId);
}

/** The app's own identity in Azure: the user-assigned one of that client id, else the system-assigned one. */
export function managedIdentity(clientId: string | undefined): TokenCredential {
  return lazily((identity) => new identity.ManagedIdentityCredential(clientId === undefined ? {} : { clientId }));
}

/**
 * For pools that offer modern authentication alone: the identity that the Azure SDK's own variables name (@azure/identity,
 * EnvironmentCredential). Errors: `noUsableGrant`.
 */
export function environmentIdentity(): BearerToken {
  const credential = lazily((identity) => new identity.EnvironmentCredential());
  return async ({ resource }) => {
    const token = await credential.getToken(`${resource}/.default`).catch((cause: unknown) => {
      throw noToken(resource, cause);
    });
    if (token === null) throw noToken(resource, undefined);
    return token.token;
  };
}

function noToken(resource: string, cause: unknown): RelayError {
  return new RelayError(
    'noUsableGrant',
    `Microsoft Entra ID gave no token for ${resource} with the identity of AZURE_CLIENT_ID.`,
    { cause },
  );
}
