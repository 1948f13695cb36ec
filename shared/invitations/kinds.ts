import type { ActionName } from './invitationData';

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
    actions: ['acceptWithAnswer', 'acceptWithPhoneAudio', 'decline', 'cancel', 'sendProvisionalAnswer'],
    accept: {
      answer: ['acceptWithAnswer'],
      provisionalAnswer: ['sendProvisionalAnswer'],
      phoneAudio: ['acceptWithPhoneAudio'],
    },
  },
  phoneAudio: {
    rel: 'phoneAudioInvitation',
    collection: 'phoneAudioInvitations',
    needsModality: ['PhoneAudio'],
    modalities: ['audio'],
    actions: ['accept', 'acceptWithPhoneAudio', 'decline', 'cancel'],
    accept: { answer: [], provisionalAnswer: [], phoneAudio: ['accept', 'acceptWithPhoneAudio'] },
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
  /** Action links that such a resource can have, in the order in which events list them. */
  readonly actions: readonly ActionName[];
  /** How it is accepted: for each way the links that do it, the first that is there is followed; empty: not this way. */
  readonly accept: Readonly<Record<'answer' | 'provisionalAnswer' | 'phoneAudio', readonly ActionName[]>>;
}

/** `data.kind` of an event, and a value of the setting `RELAY_KINDS`. */
export type Kind = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as [Kind, ...Kind[]];
