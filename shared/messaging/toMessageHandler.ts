import { systemClock, type Clock } from '../clock';

/** Ten deliveries at this pace leave ten minutes to mend the settings; without a pause they are used up within a second. */
const HOLD_MS = 60_000;
/** Before a message that failed is given back: it comes again at once, and what it failed of, a bus under load, is still there. */
const PAUSE_MS = 1_000;

/** What of the platform's context a handler may want beside the message. */
export interface MessageContext {
  readonly triggerMetadata?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A Service Bus handler of the platform from one of ours: builds the app on first use. Where it cannot be built, because the
 * settings are not valid, the message is held for a minute and then given back, so that it does not end in the dead-letter
 * queue before anyone has looked; one whose handling failed is given back after a second. Rejects as `ports` or `handle` does.
 * @param ports throws `settingsInvalid` when the app cannot be built.
 */
export function toMessageHandler<Ports>(
  ports: () => Ports,
  handle: (message: unknown, ports: Ports, context: MessageContext) => Promise<unknown>,
  clock: Clock = systemClock,
): (message: unknown, context: MessageContext) => Promise<void> {
  return async (message, context) => {
    const built = await portsOrHold(ports, clock);
    try {
      await handle(message, built, context);
    } catch (error) {
      await clock.sleep(PAUSE_MS);
      throw error;
    }
  };
}

async function portsOrHold<Ports>(ports: () => Ports, clock: Clock): Promise<Ports> {
  try {
    return ports();
  } catch (error) {
    await clock.sleep(HOLD_MS);
    throw error;
  }
}
