import { Agent, request } from 'node:http';

/** Pages of the console that follow the stream. */
export interface OpenPages {
  /** Resolves when each page has been answered once, and asked again. */
  allHeld(): Promise<void>;
  /** Resolves when one of the pages has an event in which this text is. */
  received(text: string): Promise<void>;
  close(): void;
}

/**
 * Each page asks as a browser does: the next request as soon as the answer before has ended, on a connection that stays open.
 */
export function openPages(count: number, url: string, key: string): OpenPages {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const waiting = new Map<string, () => void>();
  let isOpen = true;
  let answered = 0;
  let opened: () => void = () => undefined;
  const allOpened = new Promise<void>((resolve) => (opened = resolve));

  const ask = (lastEventId: string | undefined): void => {
    if (!isOpen) return;
    const headers = { 'x-functions-key': key, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
    const asked = request(url, { agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.once('end', () => {
        for (const [wanted, resolve] of waiting) if (text.includes(wanted)) resolve();
        if (lastEventId === undefined && (answered += 1) === count) opened();
        ask([...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? lastEventId);
      });
    });
    asked.once('error', (error) => {
      if (isOpen) throw error;
    });
    asked.end();
  };
  for (let page = 0; page < count; page += 1) ask(undefined);
  return {
    allHeld: () => allOpened,
    received: (wanted) =>
      new Promise((resolve) =>
        waiting.set(wanted, () => {
          waiting.delete(wanted);
          resolve();
        }),
      ),
    close() {
      isOpen = false;
      agent.destroy();
    },
  };
}
