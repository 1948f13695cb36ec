import { accountKey, encodeInvitationId } from '../../../invitations/invitationId';
import { kindNames } from '../../../invitations/kinds';
import { normalise } from '../../../invitations/normalise/normalise';
import type { InvitationEvent } from '../../../invitations/events/relayEvent';
import { parsePackage } from '../../../ucwa/format/parsePackage';

/**
 * The examples of the documents are no inventions: they are what the relay's own code makes of these packages, which
 * have the form of a real server's (UCWA 2.0, "audioVideoInvitation").
 */

export const sampleAccount = 'sip:reception@contoso.com';
/** When the call begins to ring. */
export const sampleTimeMs = Date.UTC(2026, 0, 15, 12, 0, 0, 250);
/** Examples only: an id made with it is refused everywhere. */
const SIGNING_KEY = 'the key of the examples';

const application = '/ucwa/oauth/v1/applications/102';
const invitation = `${application}/communication/audioVideoInvitations/5bc132f55a2941059141aa0625584ffe`;
const conversation = `${application}/communication/conversations/b65b47e0`;

/** What a consumer attaches to the sample call. */
export const sampleContext = {
  customer: 'Fabrikam (gold)',
  openTickets: 2,
  record: 'https://crm.example/accounts/4711',
};

export const sampleSdp = [
  'v=0',
  'o=- 0 1 IN IP4 192.0.2.158',
  's=session',
  'c=IN IP4 192.0.2.158',
  't=0 0',
  'm=audio 59224 RTP/SAVP 117 104',
  'a=ice-ufrag:qTWN',
  '',
].join('\r\n');
const multipart = [
  '--b1',
  'Content-Type: application/sdp',
  'Content-ID: <16dc9d71@contoso.com>',
  'Content-Disposition: session; handling=optional',
  '',
  sampleSdp,
  '--b1--',
  '',
].join('\r\n');

/** One moment of the call: an event of the channel and what the invitation is then. */
interface SampleStep {
  readonly ack: string;
  readonly type: 'started' | 'updated' | 'completed';
  readonly afterMs: number;
  readonly state: string;
  readonly actions?: readonly string[];
  readonly end?: {
    readonly status: string;
    readonly reason?: { readonly code: string; readonly subcode: string; readonly message: string };
  };
}

const ringing = ['acceptWithAnswer', 'acceptWithPhoneAudio', 'sendProvisionalAnswer', 'decline'];

const started: SampleStep = { ack: '7', type: 'started', afterMs: 0, state: 'Connecting', actions: ringing };
const updated: SampleStep = {
  ack: '8',
  type: 'updated',
  afterMs: 4_100,
  state: 'Connecting',
  actions: ['acceptWithAnswer', 'acceptWithPhoneAudio', 'decline'],
};
const answered: SampleStep = {
  ack: '9',
  type: 'completed',
  afterMs: 9_800,
  state: 'Connected',
  end: { status: 'Success' },
};
const missed: SampleStep = {
  ack: '9',
  type: 'completed',
  afterMs: 21_300,
  state: 'Cancelled',
  end: {
    status: 'Failure',
    reason: { code: 'Informational', subcode: 'Canceled', message: 'The invitation was canceled by the remote user.' },
  },
};

/** The events of one call: it rings, changes, and is answered through the relay or missed. */
export function sampleCall(
  options: { readonly includeSdp?: boolean } = {},
): Readonly<Record<'started' | 'updated' | 'answered' | 'missed', InvitationEvent>> {
  const event = (step: SampleStep): InvitationEvent => toEvent(step, options.includeSdp === true);
  return { started: event(started), updated: event(updated), answered: event(answered), missed: event(missed) };
}

function toEvent(step: SampleStep, includeSdp: boolean): InvitationEvent {
  const parsed = parsePackage(packageText(step), 'application/json');
  if ('problem' in parsed) throw new Error(parsed.problem);
  const receivedAtMs = sampleTimeMs + step.afterMs;
  const [event] = normalise(
    parsed.package,
    {
      account: sampleAccount,
      accountName: 'Reception',
      accountKey: accountKey(sampleAccount),
      applicationId: '102',
      ack: step.ack,
      receivedAtMs,
      emptyAtMs: sampleTimeMs - 200,
      ringSeconds: 30,
      includeSdp,
      contactDetails: false,
      kinds: kindNames,
      invitationIdOf: (reference) => encodeInvitationId(reference, SIGNING_KEY),
    },
    new Map(),
  ).events;
  if (event === undefined) throw new Error('The sample package holds an invitation event.');
  return event;
}

function packageText({ ack, type, state, actions = [], end }: SampleStep): string {
  const link = { rel: 'audioVideoInvitation', href: invitation };
  const audioVideoInvitation = {
    rel: 'audioVideoInvitation',
    state,
    direction: 'Incoming',
    importance: 'Normal',
    subject: 'Contract renewal',
    threadId: 'AdHImvRmKGPHFoIBQcWiHS0dvcF87Q==',
    to: sampleAccount,
    _links: {
      self: { href: invitation },
      conversation: { href: conversation },
      audioVideo: { href: `${conversation}/audioVideo` },
      ...Object.fromEntries(actions.map((action) => [action, { href: `${invitation}/${action}` }])),
      ...(end === undefined && {
        mediaOffer: { href: `data:multipart/alternative;charset=utf-8;boundary=b1,${encodeURIComponent(multipart)}` },
      }),
    },
    _embedded: {
      from: {
        rel: 'participant',
        uri: 'sip:+14255550100@contoso.com;user=phone',
        name: 'Alice Müller',
        sourceNetwork: 'Federated',
        anonymous: false,
        _links: { self: { href: `${conversation}/participants/+14255550100` } },
      },
    },
  };
  return JSON.stringify({
    _links: {
      self: { href: `${application}/events?ack=${ack}` },
      next: { href: `${application}/events?ack=${String(Number(ack) + 1)}` },
    },
    sender: [
      {
        rel: 'communication',
        href: `${application}/communication`,
        events: [{ link, type, ...end, _embedded: { audioVideoInvitation } }],
      },
    ],
  });
}
