import type { FaultKind, FaultRequest } from '../../../infra/local/ucwa/faults/faultTable';
import { faultKinds } from '../../../infra/local/ucwa/faults/faultTable';
import { isUnreadable } from '../../../shared/ucwa/resource';
import type { ChannelItem } from '../../../shared/ucwa/session';
import { createFakeClock } from '../../support/fakeClock';
import { startTestSession, told, type TestSession } from '../../support/ucwaSession';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';

interface Case {
  readonly fault: FaultRequest;
  /** On the air already, or still to sign in. Default on the air. */
  readonly strikes?: 'whileSigningIn';
  /** What the channel throws: a new run, as the poller starts one every minute, goes on after `laterMs`. */
  readonly throws?: string;
  readonly laterMs?: number;
  /** The hole that is told. */
  readonly gap?: string;
  /** What is rung with; default audio. */
  readonly modalities?: 'phoneAudio'[];
}

/** Every fault of the simulator, and what the session makes of it. */
const cases: { readonly [Kind in FaultKind]: readonly Case[] } = {
  discoveryRedirect: [{ fault: { kind: 'discoveryRedirect' }, strikes: 'whileSigningIn' }],
  userRedirect: [{ fault: { kind: 'userRedirect' }, strikes: 'whileSigningIn' }],
  challengeVariant: (['usual', 'joined', 'reversed', 'noBearer', 'emptyIssuers', 'unquotedHref', 'hrefMissing', 'repeatedGrants', 'passive', 'on403'] as const).map((variant) => ({
    fault: { kind: 'challengeVariant', variant },
    strikes: 'whileSigningIn',
  })),
  grantsNotOffered: [{ fault: { kind: 'grantsNotOffered', grants: ['urn:microsoft.rtc:windows'] }, strikes: 'whileSigningIn', throws: 'noUsableGrant' }],
  credentialsRejected: [{ fault: { kind: 'credentialsRejected' }, strikes: 'whileSigningIn', throws: 'credentialsRejected', laterMs: 3_600_000 }],
  shortTicket: [{ fault: { kind: 'shortTicket', seconds: 60 }, strikes: 'whileSigningIn' }],
  tokenExpired: [{ fault: { kind: 'tokenExpired' } }],
  wrongTicketHost: ([401, 403, 500] as const).map((status) => ({ fault: { kind: 'wrongTicketHost', status }, strikes: 'whileSigningIn' })),
  applicationDropped: [
    { fault: { kind: 'applicationDropped' }, gap: 'applicationLost' },
    { fault: { kind: 'applicationDropped', subcode: 'InactiveApplicationExpired' }, gap: 'applicationLost' },
  ],
  modalitiesForbidden: [{ fault: { kind: 'modalitiesForbidden' }, strikes: 'whileSigningIn', modalities: ['phoneAudio'] }],
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
    ...[401, 403, 408, 429, 500, 502, 503, 504].map((status): Case => ({ fault: { kind: 'status', status, times: 2 } })),
    ...(['html', 'none'] as const).flatMap((body) => [401, 404, 429, 502, 503].map((status): Case => ({ fault: { kind: 'status', status, body } }))),
    { fault: { kind: 'status', status: 429, retryAfterSeconds: 20 } },
    { fault: { kind: 'status', status: 404, subcode: 'ApplicationNotFound' }, gap: 'applicationLost' },
    { fault: { kind: 'status', status: 410 }, gap: 'channelGone' },
    ...(['discovery', 'user', 'token', 'applications', 'makeMeAvailable', 'application'] as const).map((on): Case => ({
      fault: { kind: 'status', status: 503, on },
      strikes: 'whileSigningIn',
    })),
  ],
  htmlBody: [{ fault: { kind: 'htmlBody', times: 2 } }, { fault: { kind: 'htmlBody', status: 200 } }],
  resetBeforeBody: [{ fault: { kind: 'resetBeforeBody', times: 4 } }],
  resetWithinBody: [{ fault: { kind: 'resetWithinBody', times: 2 } }],
  resetAfterBody: [{ fault: { kind: 'resetAfterBody' } }],
  slowBytes: [{ fault: { kind: 'slowBytes' } }],
  truncatedJson: [{ fault: { kind: 'truncatedJson', times: 2 } }],
  byteOrderMark: [{ fault: { kind: 'byteOrderMark' } }],
  junkBeforeBody: [{ fault: { kind: 'junkBeforeBody' } }],
  doubledSlashes: [{ fault: { kind: 'doubledSlashes', times: 3 } }, { fault: { kind: 'doubledSlashes', on: 'any', times: 20 }, strikes: 'whileSigningIn' }],
  absoluteHrefs: [{ fault: { kind: 'absoluteHrefs', on: 'any', times: 20 }, strikes: 'whileSigningIn' }],
  prefixedRels: [{ fault: { kind: 'prefixedRels', times: 3 } }, { fault: { kind: 'prefixedRels', on: 'any', times: 20 }, strikes: 'whileSigningIn' }],
  xml: [{ fault: { kind: 'xml', times: 3 } }, { fault: { kind: 'xml', on: 'applications' }, strikes: 'whileSigningIn' }],
};

const table = faultKinds.flatMap((kind) => cases[kind].map((each) => [JSON.stringify(each.fault), each] as const));

let ucwa: TestUcwa;
let session: TestSession;
const clock = createFakeClock();

beforeEach(async () => {
  ucwa = await startTestUcwa({ clock });
  session = startTestSession(ucwa.url, { clock });
});
afterEach(async () => {
  await session.close();
  await ucwa.close();
});

test.each(table)('%s: back on the channel, with every event once', async (_, { fault, strikes, throws, laterMs = 60_000, gap, modalities }) => {
  const items: ChannelItem[] = [];
  if (strikes === 'whileSigningIn') ucwa.fault(fault);
  let listening = session.listen();
  if (strikes === undefined) {
    await clock.advanceUntil(ucwa.simulator.whenParked());
    ucwa.fault(fault);
    ring();
  }
  if (throws !== undefined) {
    await expect(clock.advanceUntil(listening.ended)).rejects.toMatchObject({ code: throws });
    items.push(...listening.items);
    await clock.advance(laterMs);
    listening = session.listen();
  }
  await clock.advanceUntil(ucwa.simulator.whenParked());
  ring();
  await clock.advance(60_000); // A call has rung out by then, and every back-off is over.
  items.push(...listening.items);

  expect(ucwa.simulator.faults.list().filter(({ times }) => times === (fault.times ?? 1))).toEqual([]);
  expect(session.session.health().state).toBe('onAir');
  expect(told(items).filter((each) => each.startsWith('gap'))).toEqual(gap === undefined ? [] : [`gap ${gap}`]);
  expect(invitationEvents(items)).not.toEqual([]);
  expect(invitationEvents(items)).toEqual(ucwa.invitationEvents().filter(({ forgotten }) => forgotten !== true).map(({ type, href }) => `${type} ${href}`));

  function ring(): void {
    try {
      ucwa.ring({ scenario: 'declined', ...(modalities && { modalities }) });
    } catch {
      // Nobody is there to be rung at this moment: that is this fault's doing.
    }
  }
});


function invitationEvents(items: readonly ChannelItem[]): string[] {
  return items.flatMap((item) =>
    item.type === 'gap'
      ? []
      : item.package.senders.flatMap(({ events }) =>
          events.flatMap((part) => (!isUnreadable(part) && part.link.rel.endsWith('Invitation') ? [`${part.type} ${part.link.href.replace(/^https?:..[^/]*/, '').replace(/^\/+/, '/')}`] : [])),
        ),
  );
}
