import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { IndexedFunction } from '../app/trigger';
import type { InvokeFunction } from '../app/invokeFunction';
import { createTraceContext } from '../app/traceContext';
import { errorLine, type HostLog } from '../hostLog';
import { toMessageBody, toMessageMetadata } from './messageData';
import type { ServiceBusBinding } from './serviceBusBinding';
import { createSettlementOrder } from './settlementOrder';

/** Settles on the link from which a message came. */
export interface Settler {
  completeMessage(message: ServiceBusReceivedMessage): Promise<void>;
  abandonMessage(message: ServiceBusReceivedMessage): Promise<void>;
}

/**
 * A handler for the messages of one link: invokes the function, then completes the message when that succeeded (unless
 * automatic completion is off) and abandons it when not, so that it comes again at once, until its delivery count is
 * used up. Never rejects; a settlement that fails is one line in the log, and the message comes again when its lock ends.
 */
export function createMessageHandler(options: {
  readonly registered: IndexedFunction;
  readonly dataType: ServiceBusBinding['dataType'];
  readonly autoComplete: boolean;
  readonly settler: Settler;
  readonly invoke: InvokeFunction;
  readonly log: HostLog;
}): (message: ServiceBusReceivedMessage) => Promise<void> {
  const { registered, dataType, autoComplete, settler, invoke, log } = options;
  const inSettlementOrder = createSettlementOrder();

  return async (message) => {
    const diagnosticId = message.applicationProperties?.['Diagnostic-Id'];
    const outcome = await invoke(registered, {
      data: toMessageBody(message, dataType),
      triggerMetadata: toMessageMetadata(message),
      traceContext: createTraceContext(typeof diagnosticId === 'string' ? diagnosticId : undefined),
    }).then(
      () => (autoComplete ? 'complete' : undefined),
      () => 'abandon' as const,
    );
    if (outcome === undefined) return;
    try {
      await inSettlementOrder(outcome, () =>
        outcome === 'complete' ? settler.completeMessage(message) : settler.abandonMessage(message),
      );
    } catch (error) {
      const what = `Message ${String(message.messageId)} could not be settled (${outcome}) and will be delivered again`;
      log({ level: 'error', functionName: registered.metadata.name, message: `${what}: ${errorLine(error)}` });
    }
  };
}
