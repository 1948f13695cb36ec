import type { Agent } from 'node:http';
import type { Readable } from 'node:stream';

/** A request as it goes out. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of the URL's scheme. */
  readonly agent: Agent;
}

/** The head of an answer, and its body as it comes in. */
export interface Incoming {
  readonly status: number;
  /** A header that came several times may be a list. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** Decompressed. Whoever gets it reads it to its end, or destroys it, and the connection with it. */
  readonly body: Readable;
}

/** An exchange that is under way. */
export interface Exchange {
  /** Rejects with whatever went wrong before the body began; after that, the body breaks off instead. */
  readonly answer: Promise<Incoming>;
  /** Ends it at once, and its connection with it. */
  readonly stop: () => void;
}

/**
 * A way to carry out an exchange. Any status is an answer; a redirect is not followed, a proxy not used, a cookie not
 * kept. Throws where the request is none.
 */
export type Send = (request: Outgoing) => Exchange;
