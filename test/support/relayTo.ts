import { decodeInvitationId, encodeInvitationId } from '../../shared/invitations/invitationId';
import type { InvitationEvent } from '../../shared/invitations/relayEvent';
import { relayAccount } from '../../shared/relay/relayAccount';
import { silentLog } from '../../shared/telemetry/log';
import type { UcwaSession } from '../../shared/ucwa/session';
import type { FakeClock } from './fakeClock';

const signingKey = 'a signing key for tests, long enough';

export interface RelayedSession {
  /** The invitation events, each with the moment at which the bus accepted it. */
  readonly published: readonly { readonly atMs: number; readonly event: InvitationEvent }[];
  stop(): Promise<void>;
}

/** Relays a session's channel to a bus that accepts everything at once, until `stop`. */
export function relayTo(session: UcwaSession, clock: FakeClock): RelayedSession {
  const stop = new AbortController();
  const published: { atMs: number; event: InvitationEvent }[] = [];
  const ended = relayAccount(
    session,
    {
      publisher: {
        publish: (events) => {
          for (const event of events)
            if (event.type.includes('Invitation.'))
              published.push({ atMs: clock.now(), event: event as InvitationEvent });
          return Promise.resolve();
        },
        park: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
      invitationIdOf: (reference) => encodeInvitationId(reference, signingKey),
      referenceOf: (id) => decodeInvitationId(id, signingKey),
      kinds: ['audioVideo', 'phoneAudio'],
      includeSdp: false,
      clock,
      random: () => 0.5,
      log: silentLog,
    },
    stop.signal,
  );
  return {
    published,
    async stop() {
      stop.abort();
      await ended;
    },
  };
}
