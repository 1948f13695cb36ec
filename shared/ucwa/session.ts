import type { RelayError } from '../errors/relayError';
import type { AccountSettings } from '../config/settings';
import type { EventPackage, Resource } from '../invitations/resource';

/** One package of the event channel, not yet acknowledged. */
export interface PackageItem {
  readonly type: 'package';
  readonly package: EventPackage;
  /** The `ack` of the address that gave it, digits; `0` where the address shows none. */
  readonly ack: string;
  /** Of the application whose channel this is (`…/applications/<id>`). */
  readonly applicationId: string;
  /** Milliseconds since the epoch at which the response was complete. */
  readonly receivedAtMs: number;
  /** The last moment at which the channel was known to be empty or read to its end: nothing in this package is older. */
  readonly emptyAtMs: number;
}

/** The channel had a hole. Yielded before the first package after it. */
export interface GapItem {
  readonly type: 'gap';
  readonly cause: 'resume' | 'applicationLost' | 'outage' | 'channelGone';
  readonly afterMs: number;
  readonly beforeMs: number;
  readonly applicationId: string;
}

export type ChannelItem = PackageItem | GapItem;

/** How a channel is read. */
export interface ReadOptions {
  /**
   * Until when some process is known to have read this channel to its end before, if one ever did (the slot's lease), in
   * milliseconds since the epoch. Nothing that waits on it is older; an application that has to be made anew means a hole
   * since that moment, and a gap is yielded; without it a first application is taken for a first start.
   */
  readonly readUntilMs?: number | undefined;
  /**
   * Resolves before each poll, at once while the lease cannot have lapsed, else when it was renewed. Where it turned out
   * to be another's, `packages`' own signal is aborted by then. Never rejects.
   */
  readonly confirmLease?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** Called when the session, while its channel is read, has come into another `state` of its health. */
  readonly stateChanged?: (() => void) | undefined;
}

export interface PostRequest {
  /** Absolute or host-relative; only its path and query are used, on the application's own origin. */
  readonly href: string;
  /** Default POST. */
  readonly method?: 'POST' | 'DELETE';
  readonly query?: Readonly<Record<string, string>>;
  /** JSON is serialised; a string goes as it is. */
  readonly body?: string | Readonly<Record<string, unknown>>;
  /** Default `application/json`. */
  readonly contentType?: string;
}

/** What can be shown of an account on `/health`. Plain words, no secrets. */
export interface SessionHealth {
  readonly state:
    | 'signedOut'
    | 'signingIn'
    | 'connected'
    | 'backingOff'
    | 'credentialsRejected'
    | 'cannotSignIn'
    | 'refused'
    | 'replaced'
    | 'noInvitations'
    | 'notPublishing';
  readonly lastPollAtMs: number | undefined;
  /** The last moment at which the channel is known to have been empty or read to its end, published and acknowledged. */
  readonly readToEndMs: number | undefined;
  readonly tokenExpiresAtMs: number | undefined;
  readonly modalities: readonly string[];
  readonly lastError: string | undefined;
  /** Since when the account is connected, in milliseconds since the epoch; undefined while it is not. */
  readonly connectedSinceMs?: number | undefined;
  /** When the account is tried again, in milliseconds since the epoch, where that is known; undefined while it is connected. */
  readonly nextTryAtMs?: number | undefined;
  /** Since when the account is not connected, in milliseconds since the epoch; undefined while it is. */
  readonly disconnectedSinceMs: number | undefined;
  /** After how long something between cuts polls that wait; undefined where nothing does. */
  readonly cutAfterMs: number | undefined;
}

/**
 * An account's life on UCWA: signs in when first needed, renews its ticket, keeps the application. One per account and
 * process, shared by the poller and the commands. All methods may be called concurrently; a sign-in happens once.
 *
 * Errors are RelayErrors: `credentialsRejected`, `noUsableGrant`, `hostNotAllowed` (not to be retried as they are),
 * `upstreamFailed`, `upstreamTimeout`, `upstreamRefused`, `responseUnreadable` and the like, with UCWA's `code`,
 * `subcode` and request id as extensions.
 */
export interface UcwaSession {
  readonly account: AccountSettings;
  /** The user's name, as the application's `me` told it at the last sign-in; undefined before, and where it tells none. */
  readonly displayName: string | undefined;

  /**
   * The event channel. Pulling the next item **acknowledges the package before it** (its `next` is followed then, never
   * sooner); a consumer that stops pulling acknowledges nothing. Handles ticket expiry, resync, resume, lost
   * applications and back-off within itself; ends when `signal` aborts, and throws what a person must mend
   * (`credentialsRejected`, `noUsableGrant`, …) or `pollReplaced` when another owner has the channel.
   *
   * One caller reads it at a time: another one waits until the first has left.
   */
  packages(signal: AbortSignal, options?: ReadOptions): AsyncGenerator<ChannelItem, void, undefined>;

  /** GET on the application's own origin; undefined when the resource is already gone (404, 410). */
  read(href: string, signal: AbortSignal): Promise<Resource | undefined>;

  /**
   * POST (or DELETE) on the application's own origin; resolves on 2xx, with the `Location` of what was made. 404 and 409 reject as
   * `resolvedElsewhere`.
   */
  post(request: PostRequest, signal: AbortSignal): Promise<{ readonly location?: string }>;

  /**
   * The application's path (`/ucwa/oauth/v1/applications/102`) and id; signs in if need be. Where no poller of this
   * process holds the channel it is asked anew each time, for another process may have had to make it again.
   */
  application(signal: AbortSignal): Promise<{ readonly path: string; readonly id: string }>;

  /** Why what was read last cannot be published: `health` says so until it is, or no more is read. */
  notPublished(reason: RelayError): void;

  health(): SessionHealth;

  /** DELETE on the application: the user's endpoint stops ringing. Only for an explicit sign-out. */
  signOut(signal: AbortSignal): Promise<void>;
}
