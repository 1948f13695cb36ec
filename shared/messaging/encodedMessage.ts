import type { ServiceBusMessage } from '@azure/service-bus';

/** A Service Bus message whose body is bytes already: serialised once, however often it is sent. */
export interface EncodedMessage extends ServiceBusMessage {
  readonly body: Buffer;
  readonly messageId: string;
}
