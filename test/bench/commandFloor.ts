/** The floor of `commands`: the least that has to happen between a caller's request and the server, bare. A process of its own. */
import { randomUUID } from 'node:crypto';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TableClient } from '@azure/data-tables';
import axios from 'axios';
import { answer } from './child';
import { signIn } from './naive';

interface Plan {
  readonly ucwaUrl: string;
  readonly username: string;
  readonly storageConnection: string;
}

export const commandFloorMethods = {
  /**
   * Signs in so that calls ring, and resolves with an address to which an invitation's path is posted for it to be
   * declined: a row is inserted, the invitation read, the link posted to.
   */
  async start({ ucwaUrl, username, storageConnection }: Plan): Promise<string> {
    const http = axios.create({ baseURL: ucwaUrl, proxy: false, httpAgent: new Agent({ keepAlive: true }) });
    const { authorization, applicationHref } = await signIn(http, username);
    const headers = { Authorization: authorization };
    await http.post(
      `${applicationHref}/me/makeMeAvailable`,
      { supportedModalities: ['Audio', 'PhoneAudio'] },
      { headers },
    );
    const table = TableClient.fromConnectionString(storageConnection, 'floor', { allowInsecureConnection: true });
    await table.createTable();

    const decline = async (path: string): Promise<void> => {
      await table.createEntity({ partitionKey: randomUUID(), rowKey: 'answer', caller: 'floor', command: 'decline' });
      const { data } = await http.get<{ _links: { decline: { href: string } } }>(path, { headers });
      await http.post(data._links.decline.href, { reason: 'Global' }, { headers });
    };
    const server = createServer({ noDelay: true }, (request, response) => {
      request.resume().once('end', () => {
        decline(request.url ?? '').then(
          () => response.writeHead(202).end(),
          (error: unknown) => response.writeHead(500).end(String(error)),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
};
export type CommandFloorMethods = typeof commandFloorMethods;

answer(commandFloorMethods);
