import { actionNames, type ActionName } from './invitationData';

/**
 * The kinds of invitation that the relay carries, a row each. To carry another kind, add its row at the end (invitation
 * ids number the kinds by their place); nothing else branches on the kind.
 */
export const kinds = {
  audioVideo: {
    rel: 'audioVideoInvitation',
    collection: 'audioVideoInvitations',
    needsModality: ['Audio', 'Video'],
    modalities: [],
    actions: actionNames,
  },
  phoneAudio: {
    rel: 'phoneAudioInvitation',
    collection: 'phoneAudioInvitations',
    needsModality: ['PhoneAudio'],
    modalities: ['audio'],
    actions: actionNames,
  },
  onlineMeeting: {
    rel: 'onlineMeetingInvitation',
    collection: 'onlineMeetingInvitations',
    needsModality: ['Audio', 'Video', 'PhoneAudio'],
    modalities: [],
    actions: ['decline'],
    acceptRefusal:
      'A conference call can only be declined here: accepting would join the meeting with the relay’s own ' +
      'endpoint, which has no sound. Join it from a client of the user.',
  },
} as const satisfies Record<string, KindRow>;

export interface KindRow {
  /** The link relation of its events and resources. */
  readonly rel: string;
  /** The path segment under `communication/`. */
  readonly collection: string;
  /** UCWA modalities of which at least one must be registered for such invitations to be delivered. */
  readonly needsModality: readonly string[];
  /** What the kind itself says of its media; empty where only the offer tells. */
  readonly modalities: readonly string[];
  /** The actions that the relay carries out on such an invitation where they are linked, in the order in which events list them. */
  readonly actions: readonly ActionName[];
  /** Why such an invitation is never accepted, as a sentence for a person. */
  readonly acceptRefusal?: string;
}

/** `data.kind` of an event, and a value of the setting `RELAY_KINDS`. */
export type Kind = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as [Kind, ...Kind[]];
