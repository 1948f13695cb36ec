import { isServiceBusError, type ServiceBusSessionReceiver } from '@azure/service-bus';
import type { TriggerListener } from '../triggerListener';
import { createMessageHandler } from './handleMessage';
import { createReceiveErrorLog, type ReceiveErrorLog } from './receiveErrorLog';
import type { ServiceBusTriggerOptions } from './triggerOptions';

const RETRY_AFTER_MS = 1000;

/**
 * Receives from an entity with sessions: so many sessions at a time as host.json allows (`maxConcurrentSessions`), in
 * each one message after another in their order. A session without a message for `sessionIdleTimeout` is given back.
 */
export function receiveSessions(options: ServiceBusTriggerOptions): TriggerListener {
  const { registered, serviceBus, log } = options;
  const stopped = new AbortController();
  const errors = createReceiveErrorLog(registered.metadata.name, log);
  const held = new Set<Promise<void>>();
  for (let worker = 0; worker < serviceBus.maxConcurrentSessions; worker += 1)
    void takeSessions(options, errors, held, stopped.signal);
  return {
    stop: () => {
      stopped.abort();
      return Promise.resolve();
    },
    // Only what holds a session is waited for: the SDK cannot be called back from waiting for one (it looks at the
    // signal before and after, not meanwhile), and the end of its connection ends that too.
    close: async () => {
      await Promise.allSettled(held);
    },
  };
}

async function takeSessions(
  options: ServiceBusTriggerOptions,
  errors: ReceiveErrorLog,
  held: Set<Promise<void>>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const receiver = await acceptNextSession(options);
      const session = handleSession(options, receiver, errors, signal).finally(() => receiver.close());
      held.add(session);
      await session.finally(() => held.delete(session));
    } catch (error) {
      // Waiting for a session in vain is no error; it only takes a time.
      if (isServiceBusError(error) && error.code === 'ServiceTimeout') continue;
      // Nor is being stopped while waiting for a message.
      if (!(error instanceof Error && error.name === 'AbortError')) errors.report(error);
      await options.clock.sleep(RETRY_AFTER_MS, signal);
    }
  }
}

async function handleSession(
  options: ServiceBusTriggerOptions,
  receiver: ServiceBusSessionReceiver,
  errors: ReceiveErrorLog,
  signal: AbortSignal,
): Promise<void> {
  const { binding, serviceBus } = options;
  const handle = createMessageHandler({
    ...options,
    dataType: binding.dataType,
    autoComplete: binding.autoCompleteMessages ?? serviceBus.autoCompleteMessages,
    settler: receiver,
  });
  while (!signal.aborted) {
    const [message] = await receiver.receiveMessages(1, {
      maxWaitTimeInMs: serviceBus.sessionIdleTimeoutMs,
      abortSignal: signal,
    });
    if (message === undefined) return;
    errors.clear();
    await handle(message);
  }
}

function acceptNextSession({
  client,
  binding: { source },
  serviceBus,
}: ServiceBusTriggerOptions): Promise<ServiceBusSessionReceiver> {
  const sessionOptions = {
    receiveMode: 'peekLock' as const,
    skipParsingBodyAsJson: true,
    maxAutoLockRenewalDurationInMs: serviceBus.maxAutoLockRenewalDurationMs,
  };
  return 'queue' in source
    ? client.acceptNextSession(source.queue, sessionOptions)
    : client.acceptNextSession(source.topic, source.subscription, sessionOptions);
}
