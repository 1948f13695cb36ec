import { createRelayRoom, type RelayRoom } from './relayRoom';
import { startSubscriber, type SubscriberServer } from './subscriberServer';
import { startTestTables, type TestTables } from './testTables';

export interface TestSubscriber {
  readonly server: SubscriberServer;
  readonly id: string;
  readonly secret: string;
}

export interface RelayRooms {
  /** A room on the file's tables. @param changes of its ports: those of another room make it another host beside that one. */
  open(changes?: Parameters<typeof createRelayRoom>[1]): RelayRoom;
  /** A subscriber with a server of its own. */
  subscribe(room: RelayRoom, answer?: Parameters<typeof startSubscriber>[0], request?: object): Promise<TestSubscriber>;
}

/** Rooms and subscribers for the tests of a file, which end with their test; the tables are the file's, and empty at the beginning of each. */
export function useRelayRooms(): RelayRooms {
  let storage: TestTables;
  const closing: { close(): unknown }[] = [];
  beforeAll(async () => void (storage = await startTestTables()));
  afterAll(() => storage.close());
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((one) => one.close()));
    await storage.empty('subscriptions', 'deliveries', 'deliveryOrder', 'deliveryEvents');
  });
  return {
    open(changes) {
      const room = createRelayRoom(storage.tables, changes);
      closing.push(room);
      return room;
    },
    async subscribe(room, answer, request = {}) {
      const server = await startSubscriber(answer);
      closing.push(server);
      return { server, ...(await room.subscribe(server.url, request)) };
    },
  };
}
