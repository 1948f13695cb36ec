import type { CallItem } from '../api/answers';
import { calledName } from './callTexts';

export type RingCommand = 'accept' | 'decline';

export interface RingAction {
  readonly command: RingCommand;
  readonly label: string;
  /** On a row, where there is little room. */
  readonly shortLabel: string;
  readonly body: object;
}

/** What can be done with a call that rings: what its last snapshot links, and nothing else. Pure. */
export function ringActions(call: CallItem): readonly RingAction[] {
  const { actions } = call.invitation;
  const onPhone = actions.includes('acceptWithPhoneAudio') || actions.includes('accept');
  return [
    ...(onPhone
      ? [
          {
            command: 'accept',
            label: `Send to ${calledName(call)}’s phone`,
            shortLabel: 'Take',
            body: actions.includes('acceptWithPhoneAudio') ? { with: 'phoneAudio' } : {},
          } as const,
        ]
      : []),
    ...(actions.includes('decline')
      ? [{ command: 'decline', label: 'Decline', shortLabel: 'Decline', body: {} } as const]
      : []),
  ];
}
