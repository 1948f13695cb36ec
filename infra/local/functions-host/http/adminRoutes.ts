import type { ServerResponse } from 'node:http';
import type { DescribedFunction } from '../app/describeFunction';
import type { TimerListener } from '../timers/timerTrigger';
import type { Drain } from '../drain';
import type { HttpCall } from './requestData';
import { writeStatus } from './writeResponse';

/** What the admin routes look at. */
export interface AdminSubjects {
  readonly functions: readonly DescribedFunction[];
  /** The timers that are running, by function name in small letters. */
  readonly timers: ReadonlyMap<string, TimerListener>;
  readonly drain: Drain;
}

/**
 * Answers `/admin/…`, whose caller has shown the key: `GET /admin/functions` lists the functions,
 * `POST /admin/functions/{timer}` runs a timer now and answers 202 without waiting for it ("Manually run a
 * non-HTTP-triggered function"), `POST /admin/host/drain` starts drain mode and `GET /admin/host/drain/status` tells of it.
 * Everything else is 404; a function that is no running timer is 400.
 */
export function answerAdmin(
  { method, path, request }: HttpCall,
  response: ServerResponse,
  { functions, timers, drain }: AdminSubjects,
): void {
  request.resume();
  const adminPath = path.replace(/\/$/, '').toLowerCase();
  if (adminPath === '/admin/host/drain' && method === 'POST') {
    drain.start();
    writeStatus(response, 202);
    return;
  }
  if (adminPath === '/admin/host/drain/status' && method === 'GET') {
    writeJson(response, drain.status());
    return;
  }
  const [, , collection, name, ...more] = adminPath.split('/');
  if (collection !== 'functions' || more.length > 0) {
    writeStatus(response, 404);
    return;
  }
  if (name === undefined && method === 'GET') {
    writeJson(response, functions);
    return;
  }
  const timer = name === undefined ? undefined : timers.get(name);
  const known = method === 'POST' && functions.some((described) => described.name.toLowerCase() === name);
  if (known && timer !== undefined) void timer.runNow();
  writeStatus(response, !known ? 404 : timer === undefined ? 400 : 202);
}

function writeJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
