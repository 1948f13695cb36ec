import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../clock';
import type { Settings } from '../config/settings';
import type { ConsoleSessionPorts } from '../http/console/consoleSession';
import { createRateLimit } from '../http/rateLimit';
import { createSecretCipher } from '../secretCipher';

export interface Callers extends Pick<ConsoleSessionPorts, 'authentication' | 'consoleCipher'> {
  /** Of each caller's requests. */
  readonly limit: (caller: string) => void;
  /** Of the requests that one link makes. */
  readonly limitLink: (link: string) => void;
}

/** Who calls over HTTP, and how often: the keys of the tenant are fetched with the first token. */
export function createCallers(
  { entra, encryptionKey }: Settings,
  { signInByPlatform, clock }: { readonly signInByPlatform: boolean; readonly clock: Clock },
): Callers {
  let tenantKeys: JWTVerifyGetKey | undefined;
  return {
    authentication: {
      entra,
      signInByPlatform,
      tenantKeys: () =>
        (tenantKeys ??= createRemoteJWKSet(
          new URL(`https://login.microsoftonline.com/${entra?.tenantId ?? 'common'}/discovery/v2.0/keys`),
        )),
      clock,
    },
    consoleCipher: encryptionKey === undefined ? undefined : createSecretCipher(encryptionKey),
    limit: createRateLimit(() => clock.monotonicMs(), { burst: 100, perSecond: 50 }),
    // A person opens a link and presses its button; each press of it is an event on the topic.
    limitLink: createRateLimit(() => clock.monotonicMs(), { burst: 10, perSecond: 0.5 }),
  };
}
