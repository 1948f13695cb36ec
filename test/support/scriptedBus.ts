import { createServer, type AddressInfo, type Socket } from 'node:net';
import { message as amqp, types, type EventContext, type Message, type Receiver, type Sender } from 'rhea';
import {
  acceptConnection,
  createBrokerContainer,
  endConnection,
} from '../../infra/local/service-bus/amqp/rheaConnection';

/** What arrived in one transfer: the batch of one sendMessages. */
export interface ScriptedBatch {
  readonly entity: string;
  readonly messageIds: readonly string[];
}

/** `released` is what a broker answers that shuts down; an error's `condition` is AMQP's (`com.microsoft:…`, `amqp:…`). */
export type ScriptedAnswer = 'accept' | 'release' | 'silence' | { readonly condition: string };

/** A bus that answers as the test says, for what a healthy one cannot be made to do. Speaks just enough for the SDK to send. */
export interface ScriptedBus {
  readonly connectionString: string;
  /** Decides each batch; accepts everything unless set. */
  answer: (batch: ScriptedBatch) => ScriptedAnswer;
  /** Decides whether a sending link may be opened; a condition refuses it. */
  answerLink: (entity: string) => 'accept' | 'silence' | { readonly condition: string };
  /** Every batch that arrived, in order, whatever was answered. */
  readonly batches: readonly ScriptedBatch[];
  /** Ids of what was accepted, in order. */
  readonly accepted: readonly string[];
  connections(): number;
  /** Entities to which a sending link is open, in the order of opening. */
  links(): readonly string[];
  /** Resolves when as many batches have arrived. */
  arrived(count: number): Promise<void>;
  /** Resolves when no more links than that are open. */
  linksDownTo(count: number): Promise<void>;
  /** Cuts all connections, without a word of AMQP. */
  cut(): void;
  close(): Promise<void>;
}

export async function startScriptedBus(): Promise<ScriptedBus> {
  const container = createBrokerContainer('scripted-bus');
  const sockets = new Set<Socket>();
  const replyLinks = new Map<unknown, Sender>();
  const links = new Map<Receiver, string>();
  const batches: ScriptedBatch[] = [];
  const accepted: string[] = [];
  const watchers = new Set<() => void>();
  let connections = 0;
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        watchers.delete(check);
        resolve();
      };
      watchers.add(check);
      check();
    });
  const readAgain = (): void => {
    for (const check of watchers) check();
  };

  const bus: Omit<ScriptedBus, 'connectionString' | 'cut' | 'close'> = {
    answer: () => 'accept',
    answerLink: () => 'accept',
    batches,
    accepted,
    connections: () => connections,
    links: () => [...links.values()],
    arrived: (count) => until(() => batches.length >= count),
    linksDownTo: (count) => until(() => links.size <= count),
  };

  for (const ignored of [
    'connection_error',
    'session_error',
    'sender_error',
    'receiver_error',
    'disconnected',
    'protocol_error',
    'error',
  ]) {
    container.on(ignored, () => undefined);
  }
  container.on('sender_open', ({ sender }: EventContext) => {
    if (sender !== undefined) replyLinks.set(sender.session, sender);
  });
  container.on('receiver_open', ({ receiver }: EventContext) => {
    if (receiver === undefined) return;
    const entity = addressOf(receiver);
    const answer = entity === '$cbs' ? 'accept' : bus.answerLink(entity);
    receiver.set_target(receiver.target);
    receiver.set_source(receiver.source);
    if (typeof answer === 'object') receiver.close({ condition: answer.condition, description: 'as the test says' });
    else if (entity !== '$cbs') links.set(receiver, entity);
  });
  container.on('receiver_close', ({ receiver }: EventContext) => {
    if (receiver !== undefined) links.delete(receiver);
    readAgain();
  });
  container.on('message', (context: EventContext) => {
    const { delivery, receiver } = context;
    if (delivery === undefined || receiver === undefined) return;
    const entity = addressOf(receiver);
    if (entity === '$cbs') {
      delivery.accept();
      replyLinks.get(receiver.session)?.send(tokenAccepted(context.message));
      return;
    }
    const batch = { entity, messageIds: messageIdsOf(context.message) };
    batches.push(batch);
    const answer = bus.answer(batch);
    if (answer === 'accept') {
      accepted.push(...batch.messageIds);
      delivery.accept();
    } else if (answer === 'release') delivery.release({});
    else if (answer !== 'silence') delivery.reject({ condition: answer.condition, description: 'as the test says' });
    readAgain();
  });

  const server = createServer({ noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    const connection = acceptConnection(container, socket, {
      receiver_options: { autoaccept: false, max_message_size: 262_144 },
    });
    socket.once('close', () => endConnection(connection));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return Object.assign(bus, {
    connectionString: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=test;SharedAccessKey=dGVzdA==;UseDevelopmentEmulator=true`,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function addressOf(receiver: Receiver): string {
  return receiver.target.address;
}

function tokenAccepted(request: Message | undefined): Message {
  return {
    correlation_id: request?.message_id ?? '',
    application_properties: { 'status-code': types.wrap_int(202), 'status-description': 'Accepted' },
    body: '',
  };
}

/** rhea leaves a batch (message format 0x80013700) undecoded: data sections, each a message. */
function messageIdsOf(message: Message | Buffer | undefined): string[] {
  const body = Buffer.isBuffer(message)
    ? (amqp.decode(message).body as { content: Buffer | Buffer[] })
    : { content: [] };
  return [body.content].flat().map((encoded) => String(amqp.decode(encoded).message_id));
}
