import { RelayError } from '../../errors/relayError';
import type { Resource } from '../resource';
import type { CallPaths, LiveCall } from './decideCallCommand';
import type { Action } from './decideCommand';
import { decodeInvitationId, invitationPath, type InvitationReference } from '../invitationId';

/** What is needed of an account's UCWA session to look at an invitation and act on it. */
export interface InvitationGateway {
  readonly account: { readonly sipUri: string };
  application(signal: AbortSignal): Promise<{ readonly path: string; readonly id: string }>;
  read(href: string, signal: AbortSignal): Promise<Resource | undefined>;
  /** Resolves on 2xx, with the `Location` of what was made. */
  post(request: Omit<Action, 'name'>, signal: AbortSignal): Promise<{ readonly location?: string }>;
}

export interface LiveInvitationPorts {
  readonly signingKey: string;
  /** The session of the account with that key; undefined when the relay no longer has such an account. */
  gateway(accountKey: string): InvitationGateway | undefined | Promise<InvitationGateway | undefined>;
}

export interface LiveInvitation {
  readonly reference: InvitationReference;
  readonly gateway: InvitationGateway;
}

/** Whose invitation it is, told by the id alone. Errors: `invitationNotFound` for an id that is not ours, or no longer. */
export async function findInvitation(invitationId: string, ports: LiveInvitationPorts): Promise<LiveInvitation> {
  const reference = decodeInvitationId(invitationId, ports.signingKey);
  const gateway = reference === undefined ? undefined : await ports.gateway(reference.accountKey);
  if (reference === undefined || gateway === undefined) {
    throw new RelayError(
      'invitationNotFound',
      'There is no invitation with this id: take it from an event’s invitationId, unchanged.',
    );
  }
  return { reference, gateway };
}

/**
 * The invitation as it is now, on the account's own session: origin and path prefix never come from the id. Undefined when
 * UCWA has forgotten it, or has made the account another application since.
 */
export async function readInvitation(
  { reference, gateway }: LiveInvitation,
  signal: AbortSignal,
): Promise<Resource | undefined> {
  const application = await gateway.application(signal);
  return application.id === reference.applicationId
    ? gateway.read(invitationPath(application.path, reference), signal)
    : undefined;
}

/** The call's conversation and modality as they are now. Those of another application than the account has now are gone. */
export async function readCall(
  { reference, gateway }: LiveInvitation,
  { conversation, modality }: CallPaths,
  signal: AbortSignal,
): Promise<LiveCall> {
  const application = await gateway.application(signal);
  const isOurs = application.id === reference.applicationId;
  const read = async (path: string | undefined): Promise<Resource | undefined> =>
    isOurs && path?.startsWith(`${application.path}/`) === true ? gateway.read(path, signal) : undefined;
  const [conversationNow, modalityNow] = await Promise.all([read(conversation), read(modality)]);
  return { conversation: conversationNow, modality: modalityNow };
}
