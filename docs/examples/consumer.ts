// npm install @azure/service-bus @azure/identity
import { DefaultAzureCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';

/** What this consumer uses of an event; docs/schemas/invitation-event.v1.json has the rest. */
interface RelayEvent {
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly sequence?: string;
  readonly expirytime?: string;
  readonly data: {
    readonly account: string;
    readonly event?: 'started' | 'updated' | 'completed';
    readonly from?: { readonly name?: string; readonly uri?: string };
    readonly actions?: readonly string[];
    readonly outcome?: { readonly result: string };
    readonly before?: string;
  };
}

interface Call {
  readonly sequence: string;
  readonly account: string;
  readonly seenAt: number;
  readonly open: boolean;
}

/** The calls of the last hour, by invitation id; kept when they have ended, so that nothing late opens them again. */
const calls = new Map<string, Call>();

function handle({ type, subject, time, sequence = '', expirytime, data }: RelayEvent): void {
  for (const [id, call] of calls) if (call.seenAt < Date.now() - 3_600_000) calls.delete(id);

  if (type === 'ucwa.channel.gap') {
    // Events of this account may be lost: what rang before may have ended unseen.
    for (const [id, call] of calls) {
      if (!call.open || call.account !== data.account || call.seenAt > Date.parse(data.before ?? time)) continue;
      calls.set(id, { ...call, open: false });
      console.log(`closed by a gap: ${id}`);
    }
    return;
  }
  if (!/^ucwa\.\w+\.(started|updated|completed)$/.test(type)) return;

  // At least once: an event that is not newer than what is known has been here, or was overtaken.
  const known = calls.get(subject);
  if (known !== undefined && sequence <= known.sequence) return;
  const open = data.event !== 'completed';
  calls.set(subject, { sequence, account: data.account, seenAt: Date.parse(time), open });

  const caller = data.from?.name ?? data.from?.uri ?? 'unknown';
  if (!open) console.log(`ended: ${caller}: ${data.outcome?.result ?? 'unknown'}`);
  // Later than this the ring is surely over, whatever the event says.
  else if (expirytime === undefined || Date.parse(expirytime) > Date.now())
    console.log(`rings: ${caller}: ${(data.actions ?? []).join(', ')}`);
}

// In Azure there are no keys: the identity it runs as needs the role Azure Service Bus Data Receiver at the subscription.
const {
  SERVICE_BUS_CONNECTION: connection,
  SERVICE_BUS_NAMESPACE: host = '',
  SUBSCRIPTION: name = 'all',
} = process.env;
const client =
  connection === undefined
    ? new ServiceBusClient(host, new DefaultAzureCredential())
    : new ServiceBusClient(connection);
const receiver = client.createReceiver('invitation-events', name);
receiver.subscribe({
  // A message that is handled is completed; when this throws, the bus gives the message again.
  processMessage: async ({ body }) => handle(body as RelayEvent),
  processError: async ({ error }) => console.error(error.message),
});

process.once('SIGINT', () => {
  void client.close();
});
