import { refreshInvitation } from '../../../../shared/invitations/normalise/refreshInvitation';
import type { Resource } from '../../../../shared/invitations/resource';
import { sampleInvitationEvent } from '../../../support/sampleEvents';

const started = sampleInvitationEvent();

function now(state: string, ...actions: readonly string[]): Resource {
  return {
    rel: 'audioVideoInvitation',
    properties: { state },
    links: Object.fromEntries(actions.map((action) => [action, [{ href: `/x/${action}` }]])),
    embedded: {},
  };
}

test.each<[string, Resource | undefined, Partial<typeof started.data>]>([
  [
    'that still rings',
    now('Connecting', 'decline', 'acceptWithPhoneAudio'),
    { state: 'connecting', actions: ['acceptWithPhoneAudio', 'decline'] },
  ],
  ['that was answered meanwhile', now('Connected'), { state: 'connected', actions: [] }],
  ['whose state is one we do not know', now('Levitating', 'cancel'), { state: 'Levitating', actions: ['cancel'] }],
])('a late event of a call %s says so', (_name, resource, expected) => {
  const refreshed = refreshInvitation(started, resource);
  expect(refreshed).toEqual({ ...started, data: { ...started.data, ...expected, delayed: true } });
});

test('a call that is gone has no state and offers nothing', () => {
  const gone = refreshInvitation(started, undefined);
  const { data } = gone;
  expect(data).not.toHaveProperty('state');
  expect(data).toMatchObject({ actions: [], delayed: true, from: started.data.from });
  expect({ ...gone, data: started.data }).toEqual(started);
});

test('an end is final: it is only marked as delayed', () => {
  const completed = sampleInvitationEvent(1, {
    data: { ...started.data, event: 'completed', state: 'failed', actions: [] },
  });
  expect(refreshInvitation(completed, now('Connecting', 'decline'))).toEqual({
    ...completed,
    data: { ...completed.data, delayed: true },
  });
});

test('the event given is left as it was', () => {
  const before = JSON.stringify(started);
  refreshInvitation(started, undefined);
  expect(JSON.stringify(started)).toBe(before);
});
