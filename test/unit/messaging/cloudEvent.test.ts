import { CloudEvent as StandardCloudEvent, HTTP } from 'cloudevents';
import fc from 'fast-check';
import type { RelayEvent } from '../../../shared/invitations/events/relayEvent';
import { parseCloudEvent, toCloudEvent } from '../../../shared/invitations/events/cloudEvent';
import { sampleGapEvent, sampleInvitationEvent } from '../../support/sampleEvents';
import { thrownBy } from '../../support/thrownBy';

const overTheWire = (event: RelayEvent): unknown => JSON.parse(JSON.stringify(toCloudEvent(event)));

describe('toCloudEvent', () => {
  it('puts every attribute where CloudEvents has it', () => {
    const event = sampleInvitationEvent(1, { traceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });

    expect(toCloudEvent(event)).toEqual({
      specversion: '1.0',
      id: 'event-1',
      source: 'sip:reception@contoso.com',
      type: 'ucwa.audioVideoInvitation.started',
      subject: 'AQA-invitation',
      time: '2026-01-15T12:00:00.250Z',
      datacontenttype: 'application/json',
      sequence: '000000000042-0001',
      partitionkey: 'AQA-invitation',
      correlationid: 'dGhyZWFk',
      expirytime: '2026-01-15T12:00:30.250Z',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      data: event.data,
    });
  });

  it('has no attribute that the event does not have', () => {
    expect(Object.keys(toCloudEvent(sampleGapEvent()))).toEqual([
      'specversion',
      'id',
      'source',
      'type',
      'subject',
      'time',
      'datacontenttype',
      'partitionkey',
      'data',
    ]);
  });

  it.each([
    ['an invitation event', sampleInvitationEvent()],
    ['a gap event', sampleGapEvent()],
    [
      'an event of an account whose address no URI may hold as it is',
      sampleGapEvent({ account: 'sip:jürgen müller@contoso.com' }),
    ],
  ])('gives %s that the CloudEvents SDK accepts', (_what, event) => {
    const body = JSON.stringify(toCloudEvent(event));

    const received = HTTP.toEvent({ headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' }, body });

    expect(received).toBeInstanceOf(StandardCloudEvent);
    expect((received as StandardCloudEvent<unknown>).validate()).toBe(true);
    expect(received).toMatchObject({ id: event.id, type: event.type, subject: event.subject, data: event.data });
  });
});

describe('parseCloudEvent', () => {
  it('gives back whatever toCloudEvent was given', () => {
    const text = fc.string({ minLength: 1 });
    const timeMs = fc.integer({ min: 0, max: 4_102_444_800_000 });
    const event = fc.record(
      {
        id: text,
        type: text,
        account: fc.string({ minLength: 1, unit: 'grapheme' }),
        subject: text,
        timeMs,
        sequence: text,
        correlationId: text,
        expiryTimeMs: timeMs,
        traceParent: text,
        data: fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean())),
      },
      { requiredKeys: ['id', 'type', 'account', 'subject', 'timeMs', 'data'] },
    );

    fc.assert(
      fc.property(event, (original) =>
        expect(parseCloudEvent(overTheWire(original))).toEqual(JSON.parse(JSON.stringify(original))),
      ),
    );
  });

  it('lets attributes through that a newer version may add', () => {
    const newer = { ...(overTheWire(sampleInvitationEvent()) as object), dataschema: 'https://example.com/v2' };

    expect(parseCloudEvent(newer)).toEqual(sampleInvitationEvent());
  });

  it.each([
    ['no object', 'text', ['']],
    ['another version of CloudEvents', { ...toCloudEvent(sampleGapEvent()), specversion: '0.3' }, ['specversion']],
    ['attributes of the wrong kind', { ...toCloudEvent(sampleGapEvent()), id: 7, time: 'yesterday' }, ['id', 'time']],
    ['no type', { ...toCloudEvent(sampleGapEvent()), type: undefined }, ['type']],
    ['a source that is no URI', { ...toCloudEvent(sampleGapEvent()), source: 'sip:a%zz@contoso.com' }, ['source']],
  ])('refuses %s and names the fields', (_what, value, fields) => {
    const refusal = thrownBy(() => parseCloudEvent(value));

    expect(refusal.code).toBe('requestInvalid');
    expect((refusal.extensions.errors as { field: string }[]).map((error) => error.field)).toEqual(fields);
  });
});
