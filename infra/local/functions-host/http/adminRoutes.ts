import type { ServerResponse } from 'node:http';
import type { DescribedFunction } from '../app/describeFunction';
import type { TimerListener } from '../timers/timerTrigger';
import type { HttpCall } from './requestData';
import { writeStatus } from './writeResponse';

/** What the admin routes look at. */
export interface AdminSubjects {
  readonly functions: readonly DescribedFunction[];
  /** The timers that are running, by function name in small letters. */
  readonly timers: ReadonlyMap<string, TimerListener>;
}

/**
 * Answers `/admin/…`, whose caller has shown the key: `GET /admin/functions` lists the functions,
 * `POST /admin/functions/{timer}` runs a timer now and answers 202 without waiting for it ("Manually run a
 * non-HTTP-triggered function"). Everything else is 404; a function that is no running timer is 400.
 */
export function answerAdmin(
  { method, path, request }: HttpCall,
  response: ServerResponse,
  { functions, timers }: AdminSubjects,
): void {
  request.resume();
  const [, , collection, name, ...more] = path.replace(/\/$/, '').toLowerCase().split('/');
  if (collection !== 'functions' || more.length > 0) {
    writeStatus(response, 404);
    return;
  }
  if (name === undefined && method === 'GET') {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(functions));
    return;
  }
  const timer = name === undefined ? undefined : timers.get(name);
  const known = method === 'POST' && functions.some((described) => described.name.toLowerCase() === name);
  if (known && timer !== undefined) void timer.runNow();
  writeStatus(response, !known ? 404 : timer === undefined ? 400 : 202);
}
