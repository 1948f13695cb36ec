import { randomUUID } from 'node:crypto';
import { isCallEvent, type CallEvent } from '../../shared/invitations/calls/callEvent';
import type { ConnectedCalls } from '../../shared/invitations/calls/connectedCalls';
import type { CommandSettlement } from '../../shared/invitations/commands/command';
import type { CommandPorts } from '../../shared/invitations/commands/runCommand';
import { createIsStoppedByRelay } from '../../shared/invitations/commands/stoppedByRelay';
import { toHead } from '../../shared/invitations/record/callHead';
import type { RelayEvent } from '../../shared/invitations/events/relayEvent';
import { accountKey, decodeInvitationId, encodeInvitationId } from '../../shared/invitations/invitationId';
import { relayAccount } from '../../shared/relay/relayAccount';
import { silentLog } from '../../shared/telemetry/log';
import { createUcwaHttp } from '../../shared/ucwa/http';
import { createFakeClock, type FakeClock } from './fakeClock';
import { createMemoryClaims } from './memoryClaims';
import { createMemoryConnectedCalls } from './memoryConnectedCalls';
import { createMemoryStartedCalls } from './memoryStartedCalls';
import { relaySigningKey } from './relayTo';
import { startTestSession } from './ucwaSession';
import { startTestUcwa, type TestUcwa } from './ucwaSimulator';

/** A pool, a relay that can be killed, and everything that came to the bus, on one clock of the test's. */
export interface FollowedWorld {
  readonly clock: FakeClock;
  readonly ucwa: TestUcwa;
  readonly connected: ReturnType<typeof createMemoryConnectedCalls>;
  /** What the bus has, each id once, as its duplicate detection leaves it. */
  readonly events: readonly RelayEvent[];
  callEvents(): readonly CallEvent[];
  /** The types, without `ucwa.`, in the order in which they came. */
  types(): readonly string[];
  /** What commands need, in a process of its own that outlives the relay's. */
  readonly commands: CommandPorts;
  /** Commands that were settled: what was asked, and what came of it. */
  readonly settled: readonly CommandSettlement[];
  /** Storage that fails, for what comes now. */
  storageFails: boolean;
  /** Starts a relay, in a process of its own: nothing is remembered but what storage has. */
  start(readUntilMs?: number): Promise<void>;
  /** Ends the relay without a word. @param when `published`: once the bus has taken what is published next, before the relay knows. */
  kill(when?: 'now' | 'published'): Promise<void>;
  close(): Promise<void>;
}

export async function startFollowedWorld(): Promise<FollowedWorld> {
  const clock = createFakeClock();
  const ucwa = await startTestUcwa({ clock });
  const connected = createMemoryConnectedCalls();
  const started = createMemoryStartedCalls();
  const events: RelayEvent[] = [];
  const claims = createMemoryClaims();
  const settled: CommandSettlement[] = [];
  const commandHttp = createUcwaHttp({ clock });
  const gateway = startTestSession(ucwa.url, { clock, http: commandHttp }).session;
  const commands: CommandPorts = {
    signingKey: relaySigningKey,
    gateway: (key) => (key === accountKey(gateway.account.sipUri) ? gateway : undefined),
    claims,
    started,
    calls: {
      head: async (id) => {
        const canonicalId = await started.canonicalId(id);
        return toHead(events.filter(({ subject }) => subject === canonicalId));
      },
    },
    audit: { record: (entry) => Promise.resolve(void settled.push(entry)) },
    events: { publish: () => Promise.resolve() },
    newId: randomUUID,
    clock,
    log: silentLog,
  };
  let relay: { kill(): Promise<void>; dieAtPublishing(): Promise<void> } | undefined;

  const world: FollowedWorld = {
    clock,
    ucwa,
    connected,
    events,
    commands,
    settled,
    storageFails: false,
    callEvents: () => events.filter(isCallEvent),
    types: () => events.map(({ type }) => type.replace('ucwa.', '')),
    async start(readUntilMs) {
      relay = startRelay(readUntilMs);
      await clock.advanceUntil(ucwa.simulator.whenPolling());
    },
    async kill(when = 'now') {
      await (when === 'now' ? relay?.kill() : relay?.dieAtPublishing());
      relay = undefined;
    },
    async close() {
      await relay?.kill();
      commandHttp.close();
      await ucwa.close();
    },
  };

  const unreliable: ConnectedCalls = {
    insert: (...args) => (world.storageFails ? Promise.reject(new Error('down')) : connected.insert(...args)),
    read: (...args) => (world.storageFails ? Promise.reject(new Error('down')) : connected.read(...args)),
    remove: (...args) => (world.storageFails ? Promise.reject(new Error('down')) : connected.remove(...args)),
  };

  function startRelay(readUntilMs: number | undefined) {
    const http = createUcwaHttp({ clock });
    const { session } = startTestSession(ucwa.url, { clock, http });
    const stop = new AbortController();
    let diesAtPublishing = false;
    let died: () => void = () => undefined;
    const ended = relayAccount(
      session,
      {
        publisher: {
          async publish(published) {
            const known = new Set(events.map(({ id }) => id));
            events.push(...published.filter(({ id }) => !known.has(id)));
            if (!diesAtPublishing) return;
            died();
            await new Promise(() => undefined);
          },
          sendUnreadable: () => Promise.resolve(),
          close: () => Promise.resolve(),
        },
        invitationIdOf: (reference) => encodeInvitationId(reference, relaySigningKey),
        referenceOf: (id) => decodeInvitationId(id, relaySigningKey),
        kinds: ['audioVideo', 'phoneAudio'],
        includeSdp: false,
        contactDetails: false,
        calls: {
          connected: unreliable,
          started,
          isStoppedByRelay: createIsStoppedByRelay(claims, clock),
        },
        clock,
        random: () => 0.5,
        log: silentLog,
      },
      stop.signal,
      { readUntilMs },
    );
    return {
      async kill() {
        stop.abort();
        await ended;
        http.close();
      },
      dieAtPublishing: () =>
        new Promise<void>((resolve) => {
          diesAtPublishing = true;
          died = () => {
            stop.abort();
            http.close();
            resolve();
          };
        }),
    };
  }
  return world;
}
