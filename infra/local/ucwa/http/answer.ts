import { applicationRoutes } from '../applications/applicationRoutes';
import { callRoutes } from '../calls/callRoutes';
import { readAgain } from '../channel/eventChannel';
import { controlRoutes } from '../control/controlRoutes';
import type { Occasion } from '../faults/faultBox';
import type { FaultOf } from '../faults/faultTable';
import { challenge, type Diagnosis } from '../signIn/challenge';
import { signInRoutes } from '../signIn/signInRoutes';
import { toAccount } from '../signIn/account';
import type { UcwaSimulator } from '../ucwaSimulator';
import type { Exchange } from './exchange';
import { recordRequest } from './recordRequest';
import { html, noContent, refusal, text, type Reply } from './reply';
import { findRoute, type Found } from './route';

const routes = [...signInRoutes, ...applicationRoutes, ...callRoutes];

/** What to answer, and for whom and what: the faults of the wire want to know. Control routes know no faults. */
export interface Answer {
  readonly reply: Reply;
  readonly occasion: Occasion | undefined;
}

/** Answers a request; waits as long as a P-GET does. */
export async function answer(simulator: UcwaSimulator, exchange: Exchange): Promise<Answer> {
  const control = findRoute(controlRoutes, exchange);
  if (control !== undefined)
    return { reply: await settled(() => attempt(simulator, exchange, control, undefined)), occasion: undefined };
  const found = findRoute(routes, exchange);
  const bearer = /^Bearer (.+)$/i.exec(exchange.headers.authorization ?? '')?.[1];
  const occasion = {
    account: accountOf(simulator, exchange, found, bearer),
    scope: found?.route.scope ?? 'resource',
  } as const;
  const action = found?.route.actionOf?.(simulator, { ...exchange, params: found.params, account: '' });
  const reply = await settled(() => attempt(simulator, exchange, found, bearer, occasion));
  if (found !== undefined) recordRequest(simulator, exchange, found, occasion, reply, action);
  return { reply, occasion };
}

/** A poll that must be looked at anew goes the whole way again: its ticket or its application may be gone. */
async function settled(tryOnce: () => Promise<Reply | typeof readAgain>): Promise<Reply> {
  for (;;) {
    const reply = await tryOnce();
    if (reply !== readAgain) return reply;
  }
}

async function attempt(
  simulator: UcwaSimulator,
  exchange: Exchange,
  found: Found | undefined,
  bearer?: string,
  occasion?: Occasion,
): Promise<Reply | typeof readAgain> {
  const unreachable = occasion === undefined ? undefined : simulator.faults.take('poolUnreachable', occasion);
  if (unreachable !== undefined) return unreached(simulator, unreachable);
  const faulty = occasion === undefined ? undefined : faultyReply(simulator, occasion);
  if (faulty !== undefined) return faulty;
  if (found?.route.open === true)
    return found.route.answer(simulator, { ...exchange, params: found.params, account: '' });
  // A pool refuses an origin that is not listed.
  if (originsOf(exchange).some((origin) => !simulator.allowedOrigins.includes(origin)))
    return refusal(403, undefined, 'The origin is not allowed.');
  const ticket = bearer === undefined ? undefined : simulator.tickets.find(bearer, exchange.origin);
  if (ticket === undefined) return unauthorised(simulator, exchange, bearer);
  const served = simulator.resources.get(exchange.path);
  if (served !== undefined) return exchange.method === 'GET' ? text(200, served.contentType, served.text) : noContent;
  if (found === undefined) return refusal(404, undefined, 'The resource does not exist.');
  return found.route.answer(simulator, { ...exchange, params: found.params, account: ticket.account });
}

function originsOf({ headers }: Exchange): string[] {
  return [headers.origin, headers['x-ms-origin']].flat().filter((origin) => origin !== undefined);
}

function unauthorised(simulator: UcwaSimulator, { origin }: Exchange, bearer: string | undefined): Reply {
  const account = bearer === undefined ? undefined : simulator.tickets.ownerOf(bearer);
  const diagnosis: Diagnosis = bearer === undefined ? 'noToken' : bearer.startsWith('cwt=') ? 'badTicket' : 'badToken';
  if (new URL(origin).hostname === simulator.silentHost?.host)
    return html(simulator.wrongHostStatus, `${simulator.wrongHostStatus} - Access is denied.`);
  const variant = simulator.faults.take('challengeVariant', { account })?.variant;
  return challenge({
    origin,
    diagnosis,
    grants: simulator.grantsFor(account),
    ...(variant !== undefined && { variant }),
    // A ticket that holds elsewhere: servers refuse it in their own ways.
    ...(account !== undefined && { status: simulator.wrongHostStatus }),
  });
}

async function unreached(simulator: UcwaSimulator, fault: FaultOf<'poolUnreachable'>): Promise<Reply> {
  await new Promise<void>((resolve) => simulator.timerQueue.in(fault.seconds * 1000, resolve));
  return html(fault.status, `${fault.status} - The operation timed out.`);
}

function faultyReply(simulator: UcwaSimulator, occasion: Occasion): Reply | undefined {
  const page = simulator.faults.take('htmlBody', occasion);
  if (page !== undefined) return html(page.status, `${page.status} - The server could not answer.`);
  const fault = simulator.faults.take('status', occasion);
  if (fault === undefined) return undefined;
  const headers = fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) };
  if (fault.body === 'none') return { status: fault.status, headers };
  if (fault.body === 'html') return html(fault.status, `${fault.status} - The server could not answer.`, headers);
  return { ...refusal(fault.status, fault.subcode, 'The server could not carry out the request.'), headers };
}

function accountOf(
  simulator: UcwaSimulator,
  { body }: Exchange,
  found: Found | undefined,
  bearer: string | undefined,
): string | undefined {
  if (bearer !== undefined) return simulator.tickets.ownerOf(bearer);
  const username = found?.route.scope === 'token' ? new URLSearchParams(body).get('username') : null;
  return username === null ? undefined : toAccount(username);
}
