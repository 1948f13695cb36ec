import type { EventRecord } from '../../infra/local/ucwa/ledger';
import type { InvitationData } from '../../shared/invitations/invitationData';
import type { RelayEvent } from '../../shared/invitations/events/relayEvent';

export interface Agreement {
  /** Emitted by the simulator and not on the topic. */
  readonly missing: readonly string[];
  /** On the topic more often than the simulator emitted it. */
  readonly surplus: readonly string[];
}

/** Holds the topic against the simulator's ledger: by account, invitation and kind of event, with how many of each. */
export function compareWithLedger(
  ledger: readonly EventRecord[],
  topic: readonly RelayEvent[],
  idOf: (href: string, account: string) => string,
): Agreement {
  const emitted = count(ledger.map(({ account, href, type }) => `${idOf(href, account)} ${type}`));
  const received = count(
    topic
      .filter(({ type }) => /^ucwa\.\w+Invitation\./.test(type))
      .map(({ subject, data }) => `${subject} ${(data as InvitationData).event}`),
  );
  return { missing: moreThan(emitted, received), surplus: moreThan(received, emitted) };
}

function count(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function moreThan(these: ReadonlyMap<string, number>, those: ReadonlyMap<string, number>): string[] {
  return [...these]
    .filter(([key, times]) => times > (those.get(key) ?? 0))
    .map(([key, times]) => `${key} (${String(times)} to ${String(those.get(key) ?? 0)})`);
}
