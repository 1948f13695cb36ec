import type { ServiceBusTriggerOptions } from './triggerOptions';
import type { ServiceBusReceiver } from '@azure/service-bus';
import type { TriggerListener } from '../triggerListener';
import { createMessageHandler } from './handleMessage';
import { createReceiveErrorLog } from './receiveErrorLog';
import { receiveSessions } from './receiveSessions';

/**
 * On one link the SDK takes no more than 2,048 messages after the oldest that is not settled (rhea, session.js): a function
 * that waits 5 s for a subscriber would hold all others to 400 a second. So the calls are spread over several links.
 */
const CALLS_A_LINK = 32;

/**
 * Receives for a function with the Azure SDK, in peek-lock mode, as many messages (or sessions) at a time as host.json
 * allows. An entity or a bus that is not there is told in the log and tried again until it is.
 */
export function startServiceBusTrigger(options: ServiceBusTriggerOptions): TriggerListener {
  return options.binding.sessions ? receiveSessions(options) : receiveMessages(options);
}

function receiveMessages(options: ServiceBusTriggerOptions): TriggerListener {
  const links: TriggerListener[] = [];
  for (let left = options.serviceBus.maxConcurrentCalls; left > 0; left -= CALLS_A_LINK)
    links.push(receiveOnLink(options, Math.min(left, CALLS_A_LINK)));
  const all = async (what: 'stop' | 'close'): Promise<void> => {
    await Promise.all(links.map((link) => link[what]()));
  };
  return { stop: () => all('stop'), close: () => all('close') };
}

function receiveOnLink(options: ServiceBusTriggerOptions, maxConcurrentCalls: number): TriggerListener {
  const { registered, binding, serviceBus, log } = options;
  const receiver = openReceiver(options);
  const handle = createMessageHandler({
    ...options,
    dataType: binding.dataType,
    autoComplete: binding.autoCompleteMessages ?? serviceBus.autoCompleteMessages,
    settler: receiver,
  });
  const errors = createReceiveErrorLog(registered.metadata.name, log);
  const handled = new Set<Promise<void>>();
  let stopping = false;
  const subscription = receiver.subscribe(
    {
      processMessage: async (message) => {
        errors.clear();
        const handling = handle(message);
        handled.add(handling);
        await handling.finally(() => handled.delete(handling));
      },
      processError: ({ error }) => {
        // The SDK takes being stopped for an error when it happens while a link is opened.
        if (!stopping) errors.report(error);
        return Promise.resolve();
      },
    },
    // Settling is the handler's: see settlementGate.
    { autoCompleteMessages: false, maxConcurrentCalls },
  );
  return {
    stop: () => {
      stopping = true;
      return subscription.close();
    },
    // An invocation that has ended may still have its message to settle.
    close: async () => {
      await Promise.all(handled);
      await receiver.close();
    },
  };
}

function openReceiver({ client, binding: { source }, serviceBus }: ServiceBusTriggerOptions): ServiceBusReceiver {
  const receiverOptions = {
    receiveMode: 'peekLock' as const,
    skipParsingBodyAsJson: true,
    maxAutoLockRenewalDurationInMs: serviceBus.maxAutoLockRenewalDurationMs,
  };
  return 'queue' in source
    ? client.createReceiver(source.queue, receiverOptions)
    : client.createReceiver(source.topic, source.subscription, receiverOptions);
}
