import { accountKey, encodeInvitationId } from '../../shared/invitations/invitationId';
import { kindNames } from '../../shared/invitations/kinds';
import { linkedHrefs } from '../../shared/invitations/normalise/linkedHrefs';
import type { FetchedResources } from '../../shared/invitations/normalise/fetchedResources';
import { normalise, type NormalisedPackage } from '../../shared/invitations/normalise/normalise';
import type { NormaliseContext } from '../../shared/invitations/normalise/normaliseContext';
import { resourcePath } from '../../shared/invitations/resourcePath';
import type { EventPackage, Resource } from '../../shared/invitations/resource';

export const testSigningKey = 'a signing key for tests only';

/** A normalise context whose values a test can name. */
export function normaliseContext({
  account = 'sip:reception@contoso.com',
  ...changes
}: Partial<Omit<NormaliseContext, 'accountKey'>> = {}): NormaliseContext {
  return {
    account,
    accountName: 'Reception',
    accountKey: accountKey(account),
    applicationId: '192',
    ack: '1',
    receivedAtMs: Date.UTC(2026, 0, 15, 12, 0, 0, 250),
    emptyAtMs: Date.UTC(2026, 0, 15, 12, 0, 0, 0),
    ringSeconds: 30,
    includeSdp: true,
    contactDetails: false,
    kinds: kindNames,
    invitationIdOf: (reference) => encodeInvitationId(reference, testSigningKey),
    ...changes,
  };
}

/**
 * A package normalised as the poller does it: what is linked is fetched in two rounds from `served` (by path), and what
 * is not there is gone.
 */
export function normaliseServed(
  pkg: EventPackage,
  served: ReadonlyMap<string, Resource>,
  context = normaliseContext(),
): NormalisedPackage {
  const fetched = new Map<string, Resource | undefined>();
  for (let round = 0; round < 2; round++) {
    for (const path of linkedHrefs(pkg, fetched, context)) fetched.set(path, served.get(path));
  }
  return normalise(pkg, context, fetched);
}

/** Resources by the path under which linkedHrefs asks for them. */
export function servedAt(resources: Readonly<Record<string, Resource>>): ReadonlyMap<string, Resource> {
  return new Map(Object.entries(resources).map(([href, resource]) => [resourcePath(href) ?? href, resource]));
}

export const nothingFetched: FetchedResources = new Map();
