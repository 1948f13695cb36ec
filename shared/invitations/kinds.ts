/**
 * The kinds of invitation that the relay carries, a row each. To carry another kind, add its row (and its accept rule
 * where the link set differs); nothing else branches on the kind.
 */
export const kinds = {
  audioVideo: {
    rel: 'audioVideoInvitation',
    /** The path segment under `communication/`. */
    collection: 'audioVideoInvitations',
    /** UCWA modalities of which at least one must be registered for such invitations to be delivered. */
    needsModality: ['Audio', 'Video'],
    actions: ['acceptWithAnswer', 'acceptWithPhoneAudio', 'decline', 'cancel', 'sendProvisionalAnswer'],
  },
  phoneAudio: {
    rel: 'phoneAudioInvitation',
    collection: 'phoneAudioInvitations',
    needsModality: ['PhoneAudio'],
    actions: ['accept', 'acceptWithPhoneAudio', 'decline', 'cancel'],
  },
} as const satisfies Record<string, KindRow>;

interface KindRow {
  readonly rel: string;
  readonly collection: string;
  readonly needsModality: readonly string[];
  readonly actions: readonly string[];
}

/** `data.kind` of an event, and a value of the setting `RELAY_KINDS`. */
export type Kind = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as [Kind, ...Kind[]];
