/** The UCWA simulator in a process of its own, and what the benches have it do. */
import { Call, Invitation } from '../../infra/local/ucwa/calls/call';
import { callPlanSchema } from '../../infra/local/ucwa/calls/callPlan';
import { ringingEvents } from '../../infra/local/ucwa/calls/invitationEvents';
import { toSenders } from '../../infra/local/ucwa/channel/channelEvent';
import type { Hal } from '../../infra/local/ucwa/http/hal';
import { startUcwaSimulator, type RunningUcwaSimulator } from '../../infra/local/ucwa/startUcwaSimulator';
import { answer, usage } from './child';
import { sharedNowMs } from './harness';

let running: RunningUcwaSimulator | undefined;
let rings = 0;
/** Of the ledger's events, how many of the first are acknowledged. */
let acknowledged = 0;
const commandsAtMs = new Map<string, number>();

function simulator(): RunningUcwaSimulator['simulator'] {
  if (running === undefined) throw new Error('The simulator has not been started.');
  return running.simulator;
}

/** A package with one event: a call rings. Everybody is embedded; with `linked` the called user is only linked, as servers do it. */
function ringingPackage(account: string, subject: string, linked: boolean): Hal {
  const [application] = simulator().applications.of(account);
  if (application === undefined) throw new Error(`${account} is not signed in.`);
  const plan = callPlanSchema.parse({ account, from: 'sip:alice@contoso.com', name: subject, subject });
  const [started] = ringingEvents(new Invitation(new Call(plan, false), application));
  if (started?.embedded === undefined) throw new Error('A ringing call has no event.');
  const to = { rel: 'contact', uri: account, name: 'Reception' };
  const embedded = linked
    ? started.embedded
    : { ...started.embedded, _embedded: { ...started.embedded._embedded, to } };
  return { sender: toSenders([{ ...started, embedded }]) };
}

export const simulatorMethods = {
  /** Resolves with the discovery root. */
  async start(): Promise<string> {
    running = await startUcwaSimulator();
    running.simulator.ledger.onCommand(({ href }) => commandsAtMs.set(href, sharedNowMs()));
    return running.url;
  },
  /** Resolves when each of the accounts has a poll waiting. */
  async pending(accounts: readonly string[]): Promise<void> {
    await Promise.all(accounts.map((account) => simulator().whenPolling(account)));
  },
  /** Puts a ring on the account's channel; `subject` names it and its caller, `atMs` is when. */
  ring({ account, linked = false }: { readonly account: string; readonly linked?: boolean }): {
    readonly subject: string;
    readonly atMs: number;
  } {
    const subject = `bench-${(rings += 1)}`;
    const body = ringingPackage(account, subject, linked);
    const atMs = sharedNowMs();
    simulator().pushPackage({ account, body });
    return { subject, atMs };
  },
  /** Puts so many rings, a package each, on the channel of each account; resolves with when that was done. */
  load({ accounts, each }: { readonly accounts: readonly string[]; readonly each: number }): number {
    const { ledger } = simulator();
    ledger.events.length = 0;
    acknowledged = 0;
    const all = accounts.flatMap((account) =>
      Array.from({ length: each }, () => ({ account, body: ringingPackage(account, `bench-${(rings += 1)}`, false) })),
    );
    for (const one of all) simulator().pushPackage(one);
    return sharedNowMs();
  },
  /** Resolves, with when, once every package of the load has been acknowledged: by then it must have been published. */
  drained: () =>
    new Promise<number>((resolve) => {
      const { events } = simulator().ledger;
      const check = setInterval(() => {
        while (events[acknowledged]?.acknowledged === true) acknowledged += 1;
        if (acknowledged < events.length) return;
        clearInterval(check);
        resolve(sharedNowMs());
      }, 5);
    }),
  /** A real call, that can be answered; resolves with the invitation's path. */
  call: (account: string): string =>
    simulator().ring({ account, from: 'sip:alice@contoso.com', name: 'Alice' }).invitation,
  /** When the server had the command. */
  commandAt(href: string): number {
    const atMs = commandsAtMs.get(href);
    if (atMs === undefined) throw new Error(`No command has come to ${href}.`);
    return atMs;
  },
  usage,
};
export type SimulatorMethods = typeof simulatorMethods;

answer(simulatorMethods, () => running?.close() ?? Promise.resolve());
