import type { Readable } from 'node:stream';
import axios, { AxiosHeaders } from 'axios';
import type { Send } from './send';

/** axios's transport without its client, whose merging of defaults into each request costs as much again as sending it. */
const adapter = axios.getAdapter('http');
const always = { proxy: false, maxRedirects: 0, responseType: 'stream', validateStatus: () => true } as const;

/** Whatever has a body, or an effect. */
export const sendByAxios: Send = async ({ method, url, headers, body, agent, signal }) => {
  const response = await adapter({
    ...always,
    method,
    url,
    headers: new AxiosHeaders({ Accept: '*/*', ...headers }),
    ...(body === undefined ? {} : { data: body }),
    httpAgent: agent,
    httpsAgent: agent,
    signal,
  });
  return { status: response.status, headers: response.headers, body: response.data as Readable };
};
