import type { ServerResponse } from 'node:http';
import type { TimerQueue } from '../timerQueue';
import { html } from '../http/reply';

/** How something between ends a request that it has held for too long. */
export const cutWays = ['reset', 'close', '408', '502', '504'] as const;
export type CutWay = (typeof cutWays)[number];

/** A reverse proxy before the pool, as far as it matters: it lets no poll wait for longer than `afterMs`. */
export interface IdleCut {
  readonly afterMs: number;
  readonly way: CutWay;
}

/** Cuts the poll unless it is responded to before. What the pool holds for it is not lost: the next poll gets it. */
export function cutWhenIdle(timerQueue: TimerQueue, { afterMs, way }: IdleCut, response: ServerResponse): void {
  const timer = timerQueue.in(afterMs, () => {
    if (response.headersSent || response.destroyed) return;
    if (way === 'reset') response.socket?.resetAndDestroy();
    else if (way === 'close') response.socket?.destroy();
    else sendGatewayPage(response, Number(way));
  });
  response.once('close', () => timer.cancel());
}

function sendGatewayPage(response: ServerResponse, status: number): void {
  const { body } = html(status, `${status} - The operation timed out.`);
  if (body?.root === 'text') response.writeHead(status, { 'Content-Type': body.contentType }).end(body.content);
}
