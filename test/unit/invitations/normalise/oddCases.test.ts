import { decodeInvitationId } from '../../../../shared/invitations/invitationId';
import { invitationDataSchema } from '../../../../shared/invitations/invitationData';
import type { InvitationEvent } from '../../../../shared/invitations/events/relayEvent';
import { parsePackage, recoverPackage } from '../../../../shared/ucwa/format/parsePackage';
import { parseResource } from '../../../../shared/ucwa/format/parseResource';
import type { EventPackage, Resource } from '../../../../shared/invitations/resource';
import { normaliseContext, normaliseServed, servedAt, testSigningKey } from '../../../support/normalising';
import { bodyText, oddCases, type OddCase, type OddEvent, type OddPackage } from '../../../support/oddCases';

const context = normaliseContext({ applicationId: '102', ack: '7' });

/** The body as the event channel reads it: what is no package is one unreadable part. */
function read(pkg: OddPackage): EventPackage {
  const parsed = parsePackage(bodyText(pkg), pkg.contentType);
  return 'problem' in parsed ? recoverPackage(bodyText(pkg), parsed.problem) : parsed.package;
}

function serve(resources: OddCase['resources']): {
  readonly served: ReadonlyMap<string, Resource>;
  readonly asked: string[];
} {
  const known = servedAt(
    Object.fromEntries(
      Object.entries(resources).map(([path, body]) => [path, parseResource(JSON.stringify(body), 'application/json')]),
    ),
  );
  const asked: string[] = [];
  class Recording extends Map<string, Resource> {
    override get(path: string): Resource | undefined {
      asked.push(path);
      return super.get(path);
    }
  }
  return { served: new Recording(known), asked };
}

const givenByContext = ['invitationId', 'account', 'kind', 'event'];

function without(record: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

function toOddEvent({ type, sequence, data }: InvitationEvent): OddEvent {
  const { applicationId, collection, id } = decodeInvitationId(data.invitationId, testSigningKey) ?? {};
  return {
    type,
    sequence: sequence ?? '',
    invitation: `${String(applicationId)}/${String(collection)}/${String(id)}`,
    data: without(data, givenByContext),
  };
}

const cases = oddCases();

test('all 32 odd cases are here', () => {
  expect(cases.map(({ name }) => Number(name.slice(0, 2)))).toEqual(
    Array.from({ length: 32 }, (_, index) => index + 1),
  );
});

describe.each(cases)('$name: $title', ({ packages, resources }) => {
  test.each(packages.map((pkg, index) => ({ pkg, number: index + 1 })))('package $number', ({ pkg }) => {
    const { served, asked } = serve(resources);
    const parsed = read(pkg);
    const { events, unreadable } = normaliseServed(parsed, served, context);
    const actual: OddPackage['expected'] = {
      links: without(parsed, ['senders']),
      asked,
      events: events.map(toOddEvent),
      unreadable: unreadable.map(({ sequence = '', reason, raw }) => ({ sequence, reason, raw })),
    };

    expect(actual).toEqual(pkg.expected);
    for (const { data } of events) expect(invitationDataSchema.safeParse(data).error).toBeUndefined();
  });
});
