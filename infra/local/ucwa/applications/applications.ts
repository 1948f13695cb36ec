import type { Clock } from '../../../../shared/clock';
import type { Application } from './application';

/** A pool drops an application about so long after its last poll (UCWA 2.0, "me"). */
const IDLE_MS = 15 * 60 * 1000;

/** More than this for one user is refused with TooManyApplications. */
const MAX_PER_ACCOUNT = 16;

/** Why an application is no longer there. */
export type Departure = 'ApplicationNotFound' | 'InactiveApplicationExpired';

/** The applications by id, by user and by endpoint. Those that fell idle leave when they are next looked for. */
export class Applications {
  readonly #clock: Clock;
  readonly #byId = new Map<string, Application>();
  readonly #byAccount = new Map<string, Application[]>();
  /** Remembers why, so that the next request learns it; only the cases that are no plain NotFound. */
  readonly #departed = new Map<string, Departure>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The application at that id if it is there and alive, else why it is not. */
  find(id: string): Application | Departure {
    const application = this.#byId.get(id);
    if (application !== undefined && this.#isAlive(application)) return application;
    return this.#departed.get(id) ?? 'ApplicationNotFound';
  }

  /** An account's applications, in the order in which they were created. */
  of(account: string): readonly Application[] {
    const all = this.#byAccount.get(account) ?? [];
    return all.filter((application) => this.#isAlive(application));
  }

  /** Every application, for what concerns all accounts. */
  all(): Application[] {
    return [...this.#byId.values()];
  }

  ofEndpoint(account: string, endpointId: string): Application | undefined {
    return this.of(account).find((application) => application.request.endpointId === endpointId);
  }

  isFull(account: string): boolean {
    return this.of(account).length >= MAX_PER_ACCOUNT;
  }

  add(application: Application): void {
    this.#byId.set(application.id, application);
    this.#byAccount.set(application.account, [...this.of(application.account), application]);
  }

  /** Ends it; the rest of its channel is forgotten, and a pending poll there is answered. */
  remove(application: Application, departure: Departure = 'ApplicationNotFound'): void {
    this.#byId.delete(application.id);
    const left = (this.#byAccount.get(application.account) ?? []).filter((other) => other !== application);
    if (left.length === 0) this.#byAccount.delete(application.account);
    else this.#byAccount.set(application.account, left);
    if (departure !== 'ApplicationNotFound') this.#departed.set(application.id, departure);
    application.leave();
  }

  #isAlive(application: Application): boolean {
    if (application.channel.hasPendingPoll || this.#clock.now() - application.lastSeenMs < IDLE_MS) return true;
    this.remove(application, 'InactiveApplicationExpired');
    return false;
  }
}
