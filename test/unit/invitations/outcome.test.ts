import type { Outcome } from '../../../shared/invitations/invitationData';
import { outcomeOf, type InvitationEnd } from '../../../shared/invitations/outcome';
import { outcomeTable, type OutcomeRow } from '../../../shared/invitations/outcomeTable';

const account = 'sip:reception@contoso.com';

/** Every end that a row names outright. */
function endsOf({ when }: OutcomeRow): InvitationEnd[] {
  const codes = when.code ?? [undefined];
  const subcodes = when.subcode ?? [undefined];
  return codes.flatMap((code) =>
    subcodes.map((subcode) => ({
      account,
      status: when.status,
      state: when.state,
      direction: when.direction,
      route: 'direct' as const,
      code,
      subcode,
    })),
  );
}

const rows = outcomeTable.map((row, index) => ({ row, name: `${String(index + 1)}: ${JSON.stringify(row.when)}` }));

describe('the outcome table', () => {
  test.each(rows)('row $name is reached, and gives what it says', ({ row }) => {
    for (const end of endsOf(row)) {
      const { status, code, subcode } = end;
      const verbatim = Object.fromEntries(
        Object.entries({ status, code, subcode }).filter(([, value]) => value !== undefined),
      );
      expect(outcomeOf(end)).toEqual({ ...row.then, ...verbatim });
    }
  });

  test('has an answer for every subcode that UCWA documents for an invitation', () => {
    const documented = [
      ...[
        'AutoAccepted',
        'Canceled',
        'ConnectedElsewhere',
        'DerivedConversation',
        'MediaFallback',
        'Missed',
        'Redirected',
        'Declined',
        'PstnCallFailed',
        'Timeout',
      ],
      ...[
        'DestinationNotFound',
        'Busy',
        'DoNotDisturb',
        'InsufficientBandwidth',
        'MediaEncryptionMismatch',
        'MediaFailure',
        'NotAcceptable',
        'NotAllowed',
      ],
      ...[
        'RepliedWithOtherModality',
        'TemporarilyUnavailable',
        'UnsupportedMediaType',
        'ModalityNotSupported',
        'Unreachable',
        'Unavailable',
        'PhoneNumberConflict',
      ],
      ...[
        'Forwarded',
        'Transferred',
        'Replaced',
        'Ended',
        'Ejected',
        'Removed',
        'CallTerminated',
        'Expired',
        'MediaEncryptionNotSupported',
        'MediaEncryptionRequired',
      ],
      ...['DialoutNotAllowed', 'FederationRequired', 'InviteesOnly', 'AnonymousNotAllowed', 'NormalizationFailed'],
    ];
    expect(documented.filter((subcode) => outcomeOf({ account, subcode }) === undefined)).toEqual([]);
  });
});

describe('outcomeOf', () => {
  const colleague = { uri: 'sip:bob@contoso.com', name: 'Bob' };
  const elsewhere = {
    status: 'Failure',
    state: 'failed',
    direction: 'incoming',
    code: 'Informational',
    subcode: 'ConnectedElsewhere',
  };

  test.each<[string, Omit<InvitationEnd, 'account'>, Partial<Outcome>]>([
    [
      'a call that the relay accepted',
      { status: 'Success', state: 'connected', direction: 'incoming' },
      { result: 'answered', answered: true, answeredBy: 'relay' },
    ],
    [
      '…with the user himself in acceptedBy',
      {
        status: 'Success',
        state: 'connected',
        direction: 'incoming',
        acceptedBy: [{ uri: 'SIP:Reception@contoso.com;gruu' }],
      },
      { answeredBy: 'relay' },
    ],
    [
      '…to the user’s own telephone',
      { status: 'Success', state: 'connected', direction: 'incoming', acceptedBy: [{ uri: 'tel:+14255550100' }] },
      { answeredBy: 'relay' },
    ],
    [
      'a call taken at the desk phone',
      { ...elsewhere, route: 'direct' },
      { result: 'answeredElsewhere', answered: true, answeredBy: 'otherEndpoint', scope: 'allEndpoints' },
    ],
    [
      'a delegate took it',
      { ...elsewhere, acceptedBy: [colleague] },
      { result: 'answeredElsewhere', answered: true, answeredBy: 'otherPerson' },
    ],
    ...(['delegate', 'forwarded', 'transferred', 'unknown', undefined] as const).map(
      (route): [string, Omit<InvitationEnd, 'account'>, Partial<Outcome>] => [
        `a call that came by the route ${String(route)}, taken by nobody knows whom`,
        { ...elsewhere, route },
        { result: 'answeredElsewhere', answered: true, answeredBy: 'unknown' },
      ],
    ),
    [
      'refused, though somebody is named: nobody answered',
      { status: 'Failure', subcode: 'Declined', direction: 'incoming', acceptedBy: [colleague] },
      { result: 'declined', answered: false },
    ],
    [
      '…and voice mail is named',
      {
        status: 'Failure',
        subcode: 'Declined',
        direction: 'incoming',
        acceptedBy: [{ uri: 'sip:reception@contoso.com;opaque=app:voicemail' }],
      },
      { result: 'declined', answered: false },
    ],
    [
      'the media fell back to the telephone network',
      { status: 'Failure', state: 'failed', code: 'Informational', subcode: 'MediaFallback', direction: 'incoming' },
      { result: 'forwarded' },
    ],
    [
      'the caller gave up, as servers say it',
      { status: 'Failure', state: 'failed', code: 'Informational', subcode: 'Canceled', direction: 'incoming' },
      { result: 'missed', answered: false },
    ],
    [
      'nobody answered, as servers say it',
      { status: 'Failure', state: 'failed', code: 'Informational', subcode: 'Missed', direction: 'incoming' },
      { result: 'missed', answered: false },
    ],
    [
      'voice mail took it',
      {
        status: 'Failure',
        code: 'Informational',
        subcode: 'Redirected',
        direction: 'incoming',
        acceptedBy: [{ uri: 'sip:reception@contoso.com;opaque=app:voicemail' }],
      },
      { result: 'forwarded', answered: true, answeredBy: 'voicemail' },
    ],
    [
      'forwarded, and nobody says whether it was taken',
      { status: 'Failure', subcode: 'Forwarded', direction: 'incoming' },
      { result: 'forwarded' },
    ],
    [
      'the caller hung up',
      { status: 'Failure', state: 'cancelled', code: 'RemoteFailure', subcode: 'Canceled', direction: 'incoming' },
      { result: 'missed', answered: false, scope: 'allEndpoints' },
    ],
    [
      'we cancelled our own call',
      { status: 'Failure', state: 'cancelled', code: 'LocalFailure', subcode: 'Canceled', direction: 'outgoing' },
      { result: 'cancelled', answered: false },
    ],
    [
      'refused, though the state is failed',
      { status: 'Failure', state: 'failed', code: 'RemoteFailure', subcode: 'Declined', direction: 'outgoing' },
      { result: 'declined', answered: false },
    ],
    [
      'an Informational reason beside a connected call',
      { status: 'Success', state: 'connected', direction: 'incoming', code: 'Informational', subcode: 'Redirected' },
      { result: 'answered', answeredBy: 'relay' },
    ],
    [
      'a subcode that nobody knows',
      { status: 'Failure', state: 'failed', code: 'RemoteFailure', subcode: 'QuantumDecoherence' },
      { result: 'failed', subcode: 'QuantumDecoherence' },
    ],
    [
      'the subcode None',
      { status: 'Failure', state: 'declined', code: 'LocalFailure', subcode: 'None' },
      { result: 'declined', subcode: 'None' },
    ],
  ])('%s', (_name, end, expected) => {
    expect(outcomeOf({ account, ...end })).toMatchObject(expected);
  });

  test.each<[string, Omit<InvitationEnd, 'account'>]>([
    ['nothing', {}],
    ['a state on the way only', { state: 'alerting', direction: 'incoming' }],
    ['an Informational code without a subcode', { code: 'Informational' }],
  ])('guesses nothing from %s', (_name, end) => {
    expect(outcomeOf({ account, ...end })).toBeUndefined();
  });

  test('does not claim an answer that UCWA does not tell of', () => {
    expect(outcomeOf({ account, subcode: 'Forwarded' })).not.toHaveProperty('answered');
  });
});
