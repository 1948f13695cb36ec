import { createRenderOnce } from '../../../../shared/webhooks/formats/renderDelivery';
import { sampleInvitationEvent } from '../../../support/sampleEvents';

const render = createRenderOnce(() => undefined);
const event = sampleInvitationEvent();

it('renders an event once for each format', () => {
  expect(render(event, { format: 'flat' })).toBe(render(event, { format: 'flat' }));
  expect(render(event, { format: 'flat' })).not.toBe(render(event, { format: 'cloudevents' }));
  expect(render({ ...event }, { format: 'flat' })).not.toBe(render(event, { format: 'flat' }));
});

it.each([
  ['cloudevents', {}, 'application/cloudevents+json; charset=utf-8'],
  ['cloudevents', { contentType: 'application/json' }, 'application/json; charset=utf-8'],
  ['flat', {}, 'application/json; charset=utf-8'],
  ['teams', { contentType: 'application/cloudevents+json' }, 'application/json; charset=utf-8'],
] as const)('sends %s with %j as %s', (format, given, contentType) => {
  expect(render(event, { format, ...given })?.contentType).toBe(contentType);
});

it('shows nothing of what the format does not tell', () => {
  const updated = { ...event, data: { ...event.data, event: 'updated' as const } };
  expect(render(updated, { format: 'teams' })).toBeUndefined();
});
