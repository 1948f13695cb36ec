// npm install @azure/functions
// Settings of the function app, which knows itself by its identity: CallsBus__fullyQualifiedNamespace (sbns-….servicebus.windows.net)
// and SUBSCRIPTION. A connection string, such as that of the local stack, goes into CallsBus.
import { app, type InvocationContext } from '@azure/functions';

interface RelayEvent {
  readonly type: string;
  readonly source: string;
  readonly subject?: string;
  readonly sequence?: string;
  readonly data: { readonly from?: { readonly name?: string }; readonly outcome?: { readonly result: string } };
}

app.serviceBusTopic('onInvitationEvent', {
  connection: 'CallsBus',
  topicName: 'invitation-events',
  subscriptionName: '%SUBSCRIPTION%',
  // At least once, and several at a time: keep `sequence` by `subject`, and skip what is not newer.
  handler: (message: unknown, context: InvocationContext) => {
    const { type, source, data } = message as RelayEvent;
    context.log(`${type}: ${data.from?.name ?? source}: ${data.outcome?.result ?? 'rings'}`);
  },
});
