import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import axios from 'axios';
import { startHostProcess } from '../../infra/local/start/standIns';
import { invitationIdAt } from '../support/invitationIdAt';
import { startChild } from './child';
import type { CommandFloorMethods } from './commandFloor';
import { percentile, sharedNowMs, type Bench, type Measurement } from './harness';
import { relaySettings, signingKey, sipOf, startWorld, usernamesOf } from './world';

interface Times {
  /** Until the server had the command: by then the phones have stopped ringing. */
  readonly toUcwa: number[];
  /** Until the caller had the answer, which with the relay means that the record is kept too. */
  readonly toAnswer: number[];
}

export const commands: Bench = {
  name: 'commands',
  says: 'decline over HTTP to UCWA, against one HTTP hop, one table insert, the bare GET and POST',
  async run({ quick, progress }) {
    const calls = quick ? 10 : 300;
    const world = await startWorld({ subscriptions: ['webhooks'] });
    const floor = startChild<CommandFloorMethods>('commandFloor.ts');
    const [floorUser = '', relayUser = ''] = usernamesOf('user', 2);
    const host = startHostProcess({ port: 0, functionsKey: 'bench', environment: relaySettings(world, [relayUser]) });
    try {
      const floorUrl = await floor.call('start', {
        ucwaUrl: world.ucwaUrl,
        username: floorUser,
        storageConnection: world.storageConnection,
      });
      const { url } = await host.ready;
      await world.ucwa.call('pending', [sipOf(relayUser)]);
      const http = axios.create({ proxy: false, httpAgent: new Agent({ keepAlive: true }) });
      const headers = { 'x-functions-key': 'bench' };
      const decline = async (path: string, address: string, times: Times): Promise<void> => {
        const startedMs = sharedNowMs();
        await http.post(address, { reason: 'Global' }, { headers });
        times.toAnswer.push(sharedNowMs() - startedMs);
        times.toUcwa.push((await world.ucwa.call('commandAt', `${path}/decline`)) - startedMs);
      };
      const ring = (username: string): Promise<string> => world.ucwa.call('call', sipOf(username));
      /**
       * A person takes a second; by then the ring has been published and recorded, and nothing of it is still at
       * work. Slow enough for the limit of requests per caller.
       */
      const recorded = async (invitation: string): Promise<void> => {
        do await wait(60);
        while ((await http.get(invitation, { headers, validateStatus: () => true })).status !== 200);
      };
      const alternate = async (count: number): Promise<{ readonly floor: Times; readonly relay: Times }> => {
        const times = { floor: { toUcwa: [], toAnswer: [] }, relay: { toUcwa: [], toAnswer: [] } };
        for (let call = 0; call < count; call += 1) {
          const [floorPath, path] = [await ring(floorUser), await ring(relayUser)];
          const invitation = `${url}/api/invitations/${invitationIdAt(path, sipOf(relayUser), signingKey)}`;
          await recorded(invitation);
          await decline(floorPath, floorUrl + floorPath, times.floor);
          await decline(path, `${invitation}/decline`, times.relay);
        }
        return times;
      };
      await alternate(Math.ceil(calls / 5)); // warms both up
      const times = await alternate(calls);
      progress(`${calls} calls declined, and as many on the floor`);
      return [
        ...toMeasurements('to UCWA', times.floor.toUcwa, times.relay.toUcwa, 1.5),
        ...toMeasurements('to the answer', times.floor.toAnswer, times.relay.toAnswer),
      ];
    } finally {
      await host.stop();
      await floor.stop();
      await world.close();
    }
  },
};

function toMeasurements(
  what: string,
  floor: readonly number[],
  relay: readonly number[],
  atMostP50?: number,
): Measurement[] {
  const pair = (name: string, share: number, atMost?: number): Measurement[] => [
    { figure: `${what}: floor ${name}`, value: percentile(floor, share), unit: 'ms' },
    { figure: `${what}: ${name}`, value: percentile(relay, share), unit: 'ms' },
    {
      figure: `${what}: ${name} over floor`,
      value: percentile(relay, share) / percentile(floor, share),
      unit: '',
      ...(atMost === undefined ? {} : { atMost }),
    },
  ];
  return [...pair('p50', 0.5, atMostP50), ...pair('p99', 0.99)];
}
