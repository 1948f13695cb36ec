import { decodeInvitationId, encodeInvitationId } from '../../shared/invitations/invitationId';
import type { InvitationEvent } from '../../shared/invitations/events/relayEvent';
import { runAccount } from '../../shared/relay/runAccount';
import { relayAccount, type RelayPorts } from '../../shared/relay/relayAccount';
import { silentLog } from '../../shared/telemetry/log';
import type { UcwaSession } from '../../shared/ucwa/session';
import type { FakeClock } from './fakeClock';
import { createMemoryCalls } from './memoryCalls';
import { createRecordingLog, type RecordingLog } from './recordingLog';

export const relaySigningKey = 'a signing key for tests, long enough';

/** A session's channel, kept connected as the poller does, with what that logs. */
export function keepConnected(
  session: UcwaSession,
  clock: FakeClock,
): { readonly log: RecordingLog; stop(): Promise<void> } {
  const log = createRecordingLog();
  const stop = new AbortController();
  const ended = runAccount(session, {}, () => Promise.resolve(), { ...portsOf(clock, []), log }, stop.signal);
  return {
    log,
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

export interface RelayedSession {
  /** The invitation events, each with the moment at which the bus accepted it. */
  readonly published: readonly { readonly atMs: number; readonly event: InvitationEvent }[];
  stop(): Promise<void>;
}

/** Relays a session's channel to a bus that accepts everything at once, until `stop`. */
export function relayTo(session: UcwaSession, clock: FakeClock): RelayedSession {
  const stop = new AbortController();
  const published: { atMs: number; event: InvitationEvent }[] = [];
  const ended = relayAccount(session, portsOf(clock, published), stop.signal);
  return {
    published,
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

function portsOf(clock: FakeClock, published: { atMs: number; event: InvitationEvent }[]): RelayPorts {
  return {
    publisher: {
      publish: (events) => {
        for (const event of events)
          if (event.type.includes('Invitation.'))
            published.push({ atMs: clock.now(), event: event as InvitationEvent });
        return Promise.resolve();
      },
      sendUnreadable: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    invitationIdOf: (reference) => encodeInvitationId(reference, relaySigningKey),
    referenceOf: (id) => decodeInvitationId(id, relaySigningKey),
    kinds: ['audioVideo', 'phoneAudio'],
    includeSdp: false,
    contactDetails: false,
    calls: createMemoryCalls(),
    clock,
    random: () => 0.5,
    log: silentLog,
  };
}
