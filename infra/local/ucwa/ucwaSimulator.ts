// Over 100 lines: the one constructor that wires the simulator, and what its control routes and tests may ask of it.
import type { Clock } from '../../../shared/clock';
import { TimerQueue } from './timerQueue';
import { Application, type ApplicationRequest } from './applications/application';
import { Applications } from './applications/applications';
import { Arrangements } from './calls/arrangements';
import { Calls } from './calls/calls';
import { callPlanSchema, type CallPlan, type CallRequest } from './calls/callPlan';
import { createRawPackage, rawEvents } from './channel/rawPackage';
import { FaultBox } from './faults/faultBox';
import { parseFault } from './faults/parseFault';
import type { FaultRequest } from './faults/faultTable';
import type { Hal } from './http/hal';
import { Ledger, type CommandRecord, type EventRecord } from './ledger';
import { DEFAULT_ACCOUNT, toAccount } from './signIn/account';
import { DEFAULT_GRANTS } from './signIn/challenge';
import { Tickets } from './signIn/tickets';

/** A request to the simulator itself that makes no sense now; the message says why, for a person. */
export class SimulatorRefusal extends Error {
  override readonly name = 'SimulatorRefusal';
  constructor(
    readonly status: 404 | 409,
    message: string,
  ) {
    super(message);
  }
}

export interface Ringing {
  /** For hangUp; the last segment of the invitation's path. */
  readonly id: string;
  /** The invitation's path at the account's first application. */
  readonly invitation: string;
  readonly account: string;
}

export interface RawPackageRequest {
  readonly account?: string | undefined;
  readonly body: string | Hal;
  readonly contentType?: string | undefined;
}

export interface SimulatorOptions {
  readonly clock: Clock;
  /** Overrides the time-out that clients ask of the event channel, which may not be below 180 s. */
  readonly pollTimeoutSeconds?: number | undefined;
}

/** UCWA's state, without HTTP: accounts, applications, calls, faults and the ledger. All times are the clock's. */
export class UcwaSimulator {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly tickets: Tickets;
  readonly faults = new FaultBox();
  readonly applications: Applications;
  readonly calls: Calls;
  readonly arrangements = new Arrangements();
  /** Bodies that a test serves to GET, by path. */
  readonly resources = new Map<string, { readonly contentType: string; readonly text: string }>();
  /** Passwords that are not the one of all accounts, by SIP URI in small letters. */
  readonly passwords = new Map<string, string>();
  /** Of browsers' clients that are let in (`Origin`, `X-Ms-Origin`). */
  allowedOrigins: readonly string[] = [];
  /** How a ticket is refused at a host that did not issue it. */
  wrongHostStatus: 401 | 403 | 500 = 401;
  /** A host that does not say where to sign in. */
  silentHost: { readonly host: string; readonly hasTokenService: boolean } | undefined;
  readonly timerQueue: TimerQueue;
  readonly #pollTimeoutSeconds: number | undefined;
  readonly #pollListeners = new Set<(account: string) => void>();

  constructor({ clock, pollTimeoutSeconds }: SimulatorOptions) {
    this.clock = clock;
    this.ledger = new Ledger(clock);
    this.tickets = new Tickets(clock);
    this.applications = new Applications(clock);
    this.timerQueue = new TimerQueue(clock);
    this.calls = new Calls(this.timerQueue);
    this.#pollTimeoutSeconds = pollTimeoutSeconds;
  }

  createApplication(account: string, request: ApplicationRequest): Application {
    const application: Application = new Application(
      account,
      request,
      this.clock.now(),
      {
        timerQueue: this.timerQueue,
        pollTimeoutSeconds: this.#pollTimeoutSeconds,
        takeFault: (kind, matches) => this.faults.take(kind, { account, scope: 'events' }, matches),
        pending: () => {
          for (const listener of [...this.#pollListeners]) listener(account);
        },
      },
      this.ledger,
    );
    this.applications.add(application);
    return application;
  }

  /** Rings a call. Errors: a ZodError for a malformed request, a SimulatorRefusal (409) when nobody is there to be rung. */
  ring(request: CallRequest): Ringing {
    const plan = callPlanSchema.parse(request);
    const call = this.calls.ring(
      plan,
      this.#rungBy(plan),
      this.faults.take('onlyCompleted', { account: plan.account }) !== undefined,
    );
    return { id: call.id, invitation: call.invitations[0]?.path ?? '', account: plan.account };
  }

  /** The other side hangs up. Errors: a SimulatorRefusal (404) when there is no such call (any more). */
  hangUp(id: string): void {
    const call = this.calls.find(id);
    if (call === undefined || !this.calls.hangUp(call))
      throw new SimulatorRefusal(404, `There is no call ${id} that could be hung up.`);
  }

  /** Arms a fault; what it changes at once, a pending poll learns at once. Errors: a ZodError for a malformed one. */
  armFault(request: FaultRequest): void {
    const fault = parseFault(request);
    const { account } = fault;
    const concerned = account === undefined ? this.applications.all() : [...this.applications.of(account)];
    if (fault.kind === 'tokenExpired') this.tickets.revoke(account);
    else if (fault.kind === 'applicationDropped')
      for (const application of concerned) this.applications.remove(application, fault.subcode);
    else this.faults.arm(fault);
    if (fault.kind === 'wrongTicketHost') {
      this.wrongHostStatus = fault.status;
      this.silentHost =
        fault.refuses === 'withChallenge'
          ? undefined
          : { host: fault.host, hasTokenService: fault.refuses === 'silently' };
    }
    for (const application of concerned) application.channel.recheck();
  }

  /** The grants that this challenge or token request finds switched on. */
  grantsFor(account: string | undefined): readonly string[] {
    return this.faults.take('grantsNotOffered', { account })?.grants ?? DEFAULT_GRANTS;
  }

  /** Puts a response body on the channel of each of the account's applications. Errors: a SimulatorRefusal (409) when there is none. */
  pushPackage({ account = DEFAULT_ACCOUNT, body, contentType = 'application/json' }: RawPackageRequest): void {
    for (const application of this.#signedIn(toAccount(account)))
      application.emitRaw(createRawPackage(body, contentType), rawEvents(body));
  }

  /** The next command that `matches`, from now on. */
  nextCommand(matches: (command: CommandRecord) => boolean = () => true): Promise<CommandRecord> {
    return next((listener) => this.ledger.onCommand(listener), matches);
  }

  /** The next event that `matches`, from now on. */
  nextEvent(matches: (event: EventRecord) => boolean = () => true): Promise<EventRecord> {
    return next((listener) => this.ledger.onEvent(listener), matches);
  }

  onEvent(listener: (event: EventRecord) => void): () => void {
    return this.ledger.onEvent(listener);
  }

  /** Resolves when a poll of the account waits for events: at once if one does already. */
  whenPolling(account: string = DEFAULT_ACCOUNT): Promise<void> {
    if (this.applications.of(account).some((application) => application.channel.hasPendingPoll))
      return Promise.resolve();
    return next(
      (listener: (account: string) => void) => {
        this.#pollListeners.add(listener);
        return () => this.#pollListeners.delete(listener);
      },
      (pending) => pending === account,
    ).then(() => undefined);
  }

  close(): void {
    this.timerQueue.close();
  }

  #rungBy(plan: CallPlan): readonly Application[] {
    const needed = plan.modalities.includes('phoneAudio') ? ['PhoneAudio'] : ['Audio', 'Video'];
    const rung = this.#signedIn(plan.account).filter(
      ({ availability }) =>
        availability !== undefined &&
        (plan.onlineMeeting || needed.some((modality) => availability.modalities.includes(modality))),
    );
    if (rung.length > 0) return rung;
    throw new SimulatorRefusal(
      409,
      `No application of ${plan.account} has registered ${needed.join(' or ')} with makeMeAvailable, so such a call cannot reach it.`,
    );
  }

  #signedIn(account: string): readonly Application[] {
    const applications = this.applications.of(account);
    if (applications.length > 0) return applications;
    throw new SimulatorRefusal(409, `No application is signed in for ${account}.`);
  }
}

function next<Item>(
  listen: (listener: (item: Item) => void) => () => void,
  matches: (item: Item) => boolean,
): Promise<Item> {
  return new Promise((resolve) => {
    const stop = listen((item) => {
      if (!matches(item)) return;
      stop();
      resolve(item);
    });
  });
}
