import { encodeCapability } from './identity/capability';
import { publicUrl } from './publicUrl';

/**
 * Absolute address on which DELETE removes a subscription without a key: it holds an unguessable capability, for a
 * connector sends no key when its flow is edited or removed (Microsoft, custom connectors, "Use a webhook as a trigger"). Pure.
 */
export function unsubscribeUrl(
  subscriptionId: string,
  requestUrl: string,
  settings: { readonly publicUrl: string | undefined; readonly signingKey: string },
): string {
  const capability = encodeCapability({ purpose: 'unsubscribe', subject: subscriptionId }, settings.signingKey);
  return publicUrl(settings.publicUrl, requestUrl, `unsubscribe/${capability}`);
}
