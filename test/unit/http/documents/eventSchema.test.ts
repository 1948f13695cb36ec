import { invitationExamples } from '../../../../shared/http/documents/examples/eventExamples';
import { createEventSchema } from '../../../../shared/http/documents/eventSchema';
import { toCloudEvent } from '../../../../shared/invitations/events/cloudEvent';
import { parsePackage } from '../../../../shared/ucwa/format/parsePackage';
import { parseResource } from '../../../../shared/ucwa/format/parseResource';
import { normaliseServed, servedAt } from '../../../support/normalising';
import { bodyText, oddCases } from '../../../support/oddCases';
import { schemaValidator } from '../../../support/schemaValidator';

const validate = schemaValidator(createEventSchema());

describe('the JSON Schema of the event', () => {
  test.each(Object.entries(invitationExamples()))('takes the example “%s”', (_name, event) => {
    expect(validate('#', event)).toEqual([]);
  });

  test.each(oddCases().map((oddCase) => ({ name: oddCase.name, oddCase })))(
    'takes every event of odd case $name',
    ({ oddCase }) => {
      const resources = Object.entries(oddCase.resources).flatMap(([path, resource]) => {
        const parsed = parseResource(JSON.stringify(resource), 'application/json');
        return 'problem' in parsed ? [] : [[path, parsed] as const];
      });
      const served = servedAt(Object.fromEntries(resources));
      for (const pkg of oddCase.packages) {
        const parsed = parsePackage(bodyText(pkg), pkg.contentType);
        if ('problem' in parsed) continue;
        for (const event of normaliseServed(parsed.package, served).events)
          expect(validate('#', toCloudEvent(event))).toEqual([]);
      }
    },
  );

  const { ringing } = invitationExamples();

  test('takes an event with members of a later version', () => {
    expect(
      validate('#', { ...ringing, newattribute: 'x', data: { ...Object(ringing?.data), newMember: { nested: true } } }),
    ).toEqual([]);
  });

  test.each([
    ['no sequence', { ...ringing, sequence: undefined }],
    ['a data without actions', { ...ringing, data: { ...Object(ringing?.data), actions: undefined } }],
    ['a time that is none', { ...ringing, time: 'yesterday' }],
    ['another kind of event', { ...ringing, type: 'ucwa.channel.gap' }],
  ])('refuses %s', (_name, event) => {
    expect(validate('#', JSON.parse(JSON.stringify(event)))).not.toEqual([]);
  });
});
