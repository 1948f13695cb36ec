import { hasEnded } from '../../../shared/invitations/invitationState';
import type { InvitationData } from '../../../shared/invitations/invitationData';

test.each<[InvitationData['event'], string | undefined, boolean]>([
  ['started', 'connecting', false],
  ['updated', 'alerting', false],
  ['updated', 'teamRing', false],
  ['updated', 'forwarded', false],
  ['updated', undefined, false],
  ['updated', 'Levitating', false],
  ['updated', 'connected', true],
  ['updated', 'cancelled', true],
  ['updated', 'declined', true],
  ['updated', 'failed', true],
  ['completed', 'connecting', true],
  ['completed', undefined, true],
])('%s in the state %s has ended: %s', (event, state, ended) => {
  expect(hasEnded({ event, ...(state === undefined ? {} : { state }) })).toBe(ended);
});
