import { invitationExamples } from './examples/eventExamples';
import { toJsonSchemas, type JsonObject } from './jsonSchemas';
import { eventSchemas } from './schemas';

/** The JSON Schema (2020-12) of an invitation event, envelope and data. Version 1 may gain members, and loses none. */
export function createEventSchema(): JsonObject {
  const { InvitationEvent, ...$defs } = toJsonSchemas(eventSchemas, { target: 'draft-2020-12', refPrefix: '#/$defs/' });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:ucwa-relay:schema:invitation-event:v1',
    title: 'ucwa-relay invitation event',
    description:
      'CloudEvents 1.0 in its JSON format; data is a whole snapshot of the invitation at that moment. What Skype ' +
      'for Business did not send is absent.',
    ...InvitationEvent,
    examples: Object.values(invitationExamples()),
    $defs,
  };
}
