import type { InvitationData } from '../../invitations/invitationData';

/**
 * What the page reads of the relay's answers. A unit test compares these with the schemas of the routes; what else an answer
 * holds is ignored, so that a page that is still open works with a newer relay.
 */

/** `GET /console/session` */
export interface Session {
  readonly signIn: 'key' | 'entra';
  /** Prefix of every route. */
  readonly api: string;
  readonly person: { readonly name: string; readonly roles: readonly string[] } | null;
  readonly signInUrl?: string | undefined;
  readonly signOutUrl?: string | undefined;
  /** Why nobody can sign in. */
  readonly problem?: string | undefined;
  readonly local: boolean;
  /** Prefix of the simulator's control; in the local stack only. */
  readonly localControl?: string | undefined;
  readonly version: string;
  readonly now: string;
}

/** An item of `GET /invitations`, and of the stream's `call`. */
export interface CallItem {
  readonly invitationId: string;
  readonly account: string;
  readonly state: 'active' | 'ended';
  readonly startedAt?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly endedBy?: 'completed' | 'gap' | 'expiry' | undefined;
  readonly sequence?: string | undefined;
  readonly invitation: InvitationData & { readonly from?: { readonly contact?: { readonly company?: string } } };
}

export interface CallPage {
  readonly invitations: readonly CallItem[];
  readonly cursor?: string | undefined;
}

export interface Attempt {
  readonly attempt: number;
  readonly moves?: number | undefined;
  readonly attempted: boolean;
  readonly outcome: string;
  readonly at?: string | undefined;
  readonly durationMs: number;
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly nextAt?: string | undefined;
}

export interface TimelineSubscriber {
  readonly subscriptionId: string;
  readonly description?: string | undefined;
  readonly outcome: string;
  readonly deliveredInMs?: number | undefined;
  readonly deliveredAt?: string | undefined;
  readonly filteredBy?: string | undefined;
  readonly changedSince?: true | undefined;
  readonly attempts: readonly Attempt[];
}

export interface TimelineEvent {
  readonly id: string;
  readonly type?: string | undefined;
  readonly sequence?: string | undefined;
  readonly state?: string | undefined;
  readonly delayed?: boolean | undefined;
  readonly receivedAt?: string | undefined;
  readonly onBusAt?: string | undefined;
  readonly recordedAt?: string | undefined;
  readonly subscribers: readonly TimelineSubscriber[];
}

export interface TimelineCommand {
  readonly id: string;
  readonly at: string;
  readonly command: string;
  readonly caller: string;
  readonly reason?: string | undefined;
  readonly to?: string | undefined;
  readonly result: string;
  readonly status: number;
  readonly replayed?: true | undefined;
}

export interface TimelineGap {
  readonly id: string;
  readonly cause: string;
  readonly after: string;
  readonly before: string;
}

/** `GET /invitations/{id}/timeline` */
export interface Timeline {
  readonly invitationId: string;
  readonly account: string;
  readonly state: 'active' | 'ended';
  readonly startedAt: string;
  readonly events: readonly TimelineEvent[];
  readonly commands: readonly TimelineCommand[];
  readonly gaps: readonly TimelineGap[];
  readonly cursor?: string | undefined;
}

/** `GET /invitations/{id}` */
export interface CallDetail extends CallItem {
  readonly history: readonly { readonly id: string; readonly type: string; readonly time: string }[];
  readonly call?: {
    readonly connected?: { readonly actions?: readonly string[] };
    readonly ended?: object | undefined;
  };
}

/** An item of `GET /accounts` */
export interface Account {
  readonly sipUri: string;
  readonly source: 'table' | 'setting';
  readonly state: string;
  readonly status: 'pass' | 'warn' | 'fail';
  readonly phoneNumber?: string | undefined;
  readonly connectedSince?: string | undefined;
  readonly disconnectedSince?: string | undefined;
  readonly lastPoll?: string | undefined;
  readonly nextTry?: string | undefined;
  readonly lastError?: string | undefined;
  readonly whatToDo?: string | undefined;
}

export interface AccountPage {
  readonly accounts: readonly Account[];
  readonly cursor?: string | undefined;
}

/** `POST /accounts/{sipUri}/check` */
export interface AccountCheck {
  readonly ok: boolean;
  readonly steps: readonly {
    readonly name: string;
    readonly outcome: 'passed' | 'failed' | 'skipped';
    readonly fact: string;
    readonly whatToDo?: string | undefined;
  }[];
}

/** An item of `GET /webhook-subscriptions` */
export interface Subscription {
  readonly id: string;
  readonly url: string;
  readonly description?: string | undefined;
  readonly format: string;
  readonly state: 'active' | 'paused' | 'disabled';
  readonly stateSince?: string | undefined;
  readonly stateReason?: string | undefined;
  readonly problem?: string | undefined;
  readonly createdAt: string;
}

/** An item of `GET /webhook-subscriptions/{id}/deliveries` */
export interface Delivery {
  readonly deliveryId: string;
  readonly type: string;
  readonly subject: string;
  readonly attempt: number;
  readonly attempted: boolean;
  readonly at: string;
  readonly durationMs: number;
  readonly outcome: string;
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly nextAt?: string | undefined;
}

/** `POST /webhook-subscriptions/{id}/test` */
export interface TestResult {
  readonly delivered: boolean;
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly durationMs: number;
}

/** `POST /webhook-subscriptions/{id}/recover` */
export interface Recovered {
  readonly queued: number;
  readonly waiting: number;
  readonly expired: number;
  readonly superseded: number;
}

/** One check of `GET /health` */
export interface HealthCheck {
  readonly status: 'pass' | 'warn' | 'fail';
  readonly failingSince?: string | undefined;
  readonly lastError?: string | undefined;
  readonly output?: unknown;
}
