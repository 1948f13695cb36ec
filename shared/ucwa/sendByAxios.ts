import type { Readable } from 'node:stream';
import axios, { AxiosHeaders } from 'axios';
import type { Send } from './send';

/** axios's transport without its client, whose merging of defaults into each request costs as much again as sending it. */
const adapter = axios.getAdapter('http');
const always = { proxy: false, maxRedirects: 0, responseType: 'stream', validateStatus: () => true } as const;

/** Whatever has a body, or an effect. */
export const sendByAxios: Send = ({ method, url, headers, body, agent }) => {
  const stop = new AbortController();
  const answer = adapter({
    ...always,
    method,
    url,
    headers: new AxiosHeaders({ Accept: '*/*', ...headers }),
    ...(body === undefined ? {} : { data: body }),
    httpAgent: agent,
    httpsAgent: agent,
    signal: stop.signal,
  });
  return {
    answer: answer.then(({ status, headers: received, data }) => ({
      status,
      headers: received,
      body: data as Readable,
    })),
    stop: () => stop.abort(),
  };
};
