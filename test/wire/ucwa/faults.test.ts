import { isUnreadable } from '../../../shared/invitations/resource';
import type { ChannelItem } from '../../../shared/ucwa/session';
import { createFakeClock } from '../../support/fakeClock';
import { faultCases } from '../../support/faultCases';
import { startTestSession, reported, type TestSession } from '../../support/ucwaSession';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';

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

test.each(faultCases)(
  '%s: back on the channel, with every event once',
  async (_, { fault, strikes, throws, laterMs = 60_000, gap, modalities }) => {
    const items: ChannelItem[] = [];
    if (strikes === 'whileSigningIn') ucwa.fault(fault);
    let listening = session.listen();
    if (strikes === undefined) {
      await clock.advanceUntil(ucwa.simulator.whenPolling());
      ucwa.fault(fault);
      ring();
    }
    if (throws !== undefined) {
      await expect(clock.advanceUntil(listening.ended)).rejects.toMatchObject({ code: throws });
      items.push(...listening.items);
      await clock.advance(laterMs);
      listening = session.listen();
    }
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    ring();
    await clock.advance(60_000); // A call has rung out by then, and every back-off is over.
    items.push(...listening.items);

    expect(ucwa.simulator.faults.list().filter(({ times }) => times === (fault.times ?? 1))).toEqual([]);
    expect(session.session.health().state).toBe('connected');
    expect(reported(items).filter((each) => each.startsWith('gap'))).toEqual(gap === undefined ? [] : [`gap ${gap}`]);
    expect(invitationEvents(items)).not.toEqual([]);
    expect(invitationEvents(items)).toEqual(
      ucwa
        .invitationEvents()
        .filter(({ forgotten }) => forgotten !== true)
        .map(({ type, href }) => `${type} ${href}`),
    );

    function ring(): void {
      try {
        ucwa.ring({ scenario: 'declined', ...(modalities && { modalities }) });
      } catch {
        // Nobody is there to be rung at this moment: that is this fault's doing.
      }
    }
  },
);

function invitationEvents(items: readonly ChannelItem[]): string[] {
  return items.flatMap((item) =>
    item.type === 'gap'
      ? []
      : item.package.senders.flatMap(({ events }) =>
          events.flatMap((part) =>
            !isUnreadable(part) && part.link.rel.endsWith('Invitation')
              ? [`${part.type} ${part.link.href.replace(/^https?:..[^/]*/, '').replace(/^\/+/, '/')}`]
              : [],
          ),
        ),
  );
}
