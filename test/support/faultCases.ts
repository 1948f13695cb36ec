import { faultKinds, type FaultKind, type FaultRequest } from '../../infra/local/ucwa/faults/faultTable';

/** A fault, and what the relay makes of it. */
export interface FaultCase {
  readonly fault: FaultRequest;
  /** Connected already, or still to sign in. Default: connected. */
  readonly strikes?: 'whileSigningIn';
  /** What the channel throws: a new run, as the poller starts one every minute, goes on after `laterMs`. */
  readonly throws?: string;
  readonly laterMs?: number;
  /** The hole that is told. */
  readonly gap?: string;
  /** What is rung with; default audio. */
  readonly modalities?: 'phoneAudio'[];
}

/** Every fault of the simulator; the compiler keeps it complete. */
const cases: { readonly [Kind in FaultKind]: readonly FaultCase[] } = {
  discoveryRedirect: [{ fault: { kind: 'discoveryRedirect' }, strikes: 'whileSigningIn' }],
  userRedirect: [{ fault: { kind: 'userRedirect' }, strikes: 'whileSigningIn' }],
  challengeVariant: (
    [
      'usual',
      'joined',
      'reversed',
      'noBearer',
      'emptyIssuers',
      'unquotedHref',
      'hrefMissing',
      'repeatedGrants',
      'passive',
      'on403',
    ] as const
  ).map((variant) => ({
    fault: { kind: 'challengeVariant', variant },
    strikes: 'whileSigningIn',
  })),
  grantsNotOffered: [
    {
      fault: { kind: 'grantsNotOffered', grants: ['urn:microsoft.rtc:windows'] },
      strikes: 'whileSigningIn',
      throws: 'noUsableGrant',
    },
  ],
  credentialsRejected: [
    {
      fault: { kind: 'credentialsRejected' },
      strikes: 'whileSigningIn',
      throws: 'credentialsRejected',
      laterMs: 3_600_000,
    },
  ],
  shortTicket: [{ fault: { kind: 'shortTicket', seconds: 60 }, strikes: 'whileSigningIn' }],
  tokenExpired: [{ fault: { kind: 'tokenExpired' } }],
  wrongTicketHost: ([401, 403, 500] as const).map((status) => ({
    fault: { kind: 'wrongTicketHost', status },
    strikes: 'whileSigningIn',
  })),
  applicationDropped: [
    { fault: { kind: 'applicationDropped' }, gap: 'applicationLost' },
    { fault: { kind: 'applicationDropped', subcode: 'InactiveApplicationExpired' }, gap: 'applicationLost' },
  ],
  selfLinkQuery: [{ fault: { kind: 'selfLinkQuery', times: 5 }, strikes: 'whileSigningIn' }],
  notToBeMadeAvailable: [],
  modalitiesForbidden: [
    { fault: { kind: 'modalitiesForbidden' }, strikes: 'whileSigningIn', modalities: ['phoneAudio'] },
  ],
  resync: [{ fault: { kind: 'resync' } }, { fault: { kind: 'resync', times: 5 } }],
  resume: [
    { fault: { kind: 'resume' }, gap: 'resume' },
    { fault: { kind: 'resume', atOnce: true }, gap: 'resume' },
  ],
  replacedPoll: [{ fault: { kind: 'replacedPoll' }, throws: 'pollReplaced' }],
  emptyWithoutNext: [{ fault: { kind: 'emptyWithoutNext', times: 8 } }],
  linkOnly: [{ fault: { kind: 'linkOnly' } }],
  manyEvents: [{ fault: { kind: 'manyEvents', count: 100 } }],
  onlyCompleted: [{ fault: { kind: 'onlyCompleted' } }],
  status: [
    ...[401, 403, 408, 429, 500, 502, 503, 504].map((status): FaultCase => ({
      fault: { kind: 'status', status, times: 2 },
    })),
    ...(['html', 'none'] as const).flatMap((body) =>
      [401, 404, 429, 502, 503].map((status): FaultCase => ({ fault: { kind: 'status', status, body } })),
    ),
    { fault: { kind: 'status', status: 429, retryAfterSeconds: 20 } },
    { fault: { kind: 'status', status: 404, subcode: 'ApplicationNotFound' }, gap: 'applicationLost' },
    { fault: { kind: 'status', status: 410 }, gap: 'channelGone' },
    ...(['discovery', 'user', 'token', 'applications', 'makeMeAvailable', 'application'] as const).map(
      (on): FaultCase => ({
        fault: { kind: 'status', status: 503, on },
        strikes: 'whileSigningIn',
      }),
    ),
  ],
  htmlBody: [{ fault: { kind: 'htmlBody', times: 2 } }, { fault: { kind: 'htmlBody', status: 200 } }],
  poolUnreachable: [
    { fault: { kind: 'poolUnreachable', on: 'events' } },
    { fault: { kind: 'poolUnreachable', times: 4, status: 502 } },
  ],
  resetBeforeBody: [{ fault: { kind: 'resetBeforeBody', times: 4 } }],
  resetWithinBody: [{ fault: { kind: 'resetWithinBody', times: 2 } }],
  resetAfterBody: [{ fault: { kind: 'resetAfterBody' } }],
  slowAnswer: [
    { fault: { kind: 'slowAnswer', delayMs: 200 } },
    { fault: { kind: 'slowAnswer', delayMs: 200, on: 'any', times: 20 }, strikes: 'whileSigningIn' },
  ],
  slowBytes: [{ fault: { kind: 'slowBytes' } }],
  truncatedJson: [{ fault: { kind: 'truncatedJson', times: 2 } }],
  byteOrderMark: [{ fault: { kind: 'byteOrderMark' } }],
  junkBeforeBody: [{ fault: { kind: 'junkBeforeBody' } }],
  doubledSlashes: [
    { fault: { kind: 'doubledSlashes', times: 3 } },
    { fault: { kind: 'doubledSlashes', on: 'any', times: 20 }, strikes: 'whileSigningIn' },
  ],
  absoluteHrefs: [{ fault: { kind: 'absoluteHrefs', on: 'any', times: 20 }, strikes: 'whileSigningIn' }],
  prefixedRels: [
    { fault: { kind: 'prefixedRels', times: 3 } },
    { fault: { kind: 'prefixedRels', on: 'any', times: 20 }, strikes: 'whileSigningIn' },
  ],
  xml: [
    { fault: { kind: 'xml', times: 3 } },
    { fault: { kind: 'xml', on: 'applications' }, strikes: 'whileSigningIn' },
  ],
};

/** The cases as rows of `test.each`, by what they ask of `POST /sim/faults`. */
export const faultCases = faultKinds.flatMap((kind) =>
  cases[kind].map((each) => [JSON.stringify(each.fault), each] as const),
);
