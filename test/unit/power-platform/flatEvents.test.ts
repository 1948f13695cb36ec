import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { toCall } from '../../../shared/http/connector/callEndpoints';
import { applyEvent } from '../../../shared/invitations/invitationHead';
import type { InvitationData } from '../../../shared/invitations/invitationData';
import { flatCallEventSchema, toFlatEvent } from '../../../shared/webhooks/formats/flatEvent';
import { readConnectorDefinition } from '../../support/connectorDefinition';
import { callEvent, ringStartMs } from '../../support/webhookEvents';

const definition = readConnectorDefinition();
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(definition, 'connector:');

/** What is wrong with a value by one of the connector's definitions, members that it does not tell of included. */
function problems(name: string, value: object): readonly unknown[] {
  const validate = ajv.getSchema(`connector:#/definitions/${name}`);
  if (validate === undefined) throw new Error(`There is no definition ${name}.`);
  const valid = validate(value);
  const reported = Object.keys(definition.definitions[name]?.properties ?? {});
  return [
    ...(valid === true ? [] : (validate.errors ?? [])),
    ...Object.keys(value).filter((member) => !reported.includes(member)),
  ];
}

const everything: Partial<InvitationData> = {
  delayed: true,
  route: 'delegate',
  from: {
    ...callEvent('started').data.from,
    contact: { title: 'Buyer', department: 'Purchasing', company: 'Fabrikam', office: '3.14' },
  },
  to: { uri: 'sip:+14255550177@contoso.com;user=phone', name: 'Reception', phoneNumber: '+14255550177' },
  onBehalfOf: { uri: 'sip:boss@contoso.com' },
  forwardedBy: { uri: 'sip:carol@contoso.com' },
  transferredBy: { uri: 'sip:dave@contoso.com' },
  acceptedBy: [{ uri: 'sip:bob@contoso.com', name: 'Bob' }],
  modalities: ['audio', 'video'],
  context: { customer: 'Fabrikam', open: { tickets: 2 } },
};
const nothing: Partial<InvitationData> = { from: {}, to: {}, actions: [] };

const calls = (['started', 'updated', 'completed'] as const).flatMap((event) => [
  { title: event, event: callEvent(event) },
  {
    title: `${event}, with all that there can be`,
    event: callEvent(event, {
      data: {
        ...everything,
        ...(event === 'completed' && { outcome: { result: 'answered', answered: true, answeredBy: 'otherPerson' } }),
      },
    }),
  },
  {
    title: `${event}, with hardly anything`,
    event: callEvent(event, { data: { ...nothing, ...(event === 'completed' && { outcome: { result: 'failed' } }) } }),
  },
]);

describe('what a flow is told', () => {
  test.each(calls)('is as the connector says: $title', ({ event }) => {
    const flat = toFlatEvent(event);
    expect(problems('CallEvent', flat)).toEqual([]);
    expect(flatCallEventSchema.safeParse(flat).error?.issues ?? []).toEqual([]);
  });

  test.each(calls)('is as the connector says when it asks: $title', ({ event }) => {
    expect(problems('Call', toCall(applyEvent(undefined, event), ringStartMs))).toEqual([]);
  });

  it('has every member that the connector promises', () => {
    const seen = new Set(calls.flatMap(({ event }) => Object.keys(toFlatEvent(event))));
    expect(
      Object.keys(definition.definitions['CallEvent']?.properties ?? {}).filter((member) => !seen.has(member)),
    ).toEqual([]);
  });

  it('would be seen to be wrong', () => {
    expect(problems('CallEvent', { ...toFlatEvent(callEvent('started')), missed: 'no' })).toHaveLength(1);
    expect(problems('CallEvent', { ...toFlatEvent(callEvent('started')), sdp: 'v=0' })).toEqual(['sdp']);
  });
});
