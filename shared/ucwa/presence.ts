import { createHash } from 'node:crypto';
import type { Clock } from '../clock';
import type { AccountSettings } from '../config/settings';
import { toRelayError } from '../errors/relayError';
import type { Log } from '../telemetry/log';
import { openApplication, readApplication, reportActivity, type Application } from './application';
import { changeModalities, makeAvailable } from './availability';
import type { Pool } from './pool';

export interface PresencePorts {
  readonly account: AccountSettings;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  /** Default: derived from the SIP URI. */
  readonly endpointId: string | undefined;
}

export interface Opened {
  readonly application: Application;
  /** Whether it had to be made. */
  readonly created: boolean;
}

/** The account's application, and the account available in it. */
export class Presence {
  readonly #ports: PresencePorts;
  readonly #endpointId: string;
  #application: Application | undefined;
  #modalities: readonly string[] | undefined;
  /** An application that was made and that the channel has not heard of yet. */
  #newPath: string | undefined;
  /** Once a session: a server that forbids the account's modalities is not asked at each step. */
  #hasTriedToChange = false;

  constructor(ports: PresencePorts) {
    this.#ports = ports;
    this.#endpointId = ports.endpointId ?? endpointIdOf(ports.account.sipUri);
  }

  /** The application in which the account was last made available. */
  get application(): Application | undefined {
    return this.#application;
  }

  /** What is registered; undefined before the account was first made available. */
  get modalities(): readonly string[] | undefined {
    return this.#modalities;
  }

  /** The application, made if need be; the account is not made available by it. */
  async open(signal: AbortSignal): Promise<Opened> {
    const opened = await openApplication(this.#ports.pool, this.#endpointId, this.#now, signal);
    if (opened.created) this.#newPath = opened.application.path;
    return opened;
  }

  /** The application, made if need be, with the account available in it. `created` also when it was made by `open` since. */
  async openAvailable(signal: AbortSignal): Promise<Opened> {
    const { account, log } = this.#ports;
    const { application: opened } = await this.open(signal);
    const created = opened.path === this.#newPath;
    const application = await this.#available(opened, signal);
    // Neither granted nor to be asked for: there is no endpoint that a call could ring.
    const modalities = application.modalities ?? [];
    this.#application = application;
    this.#modalities = modalities;
    this.#newPath = undefined;
    log.info('ucwaConnected', {
      account: account.sipUri,
      application: application.id,
      created,
      modalities: modalities.join(','),
    });
    const lacking = account.modalities.filter((modality) => !modalities.includes(modality));
    if (lacking.length > 0) log.warn('ucwaModalitiesLacking', { account: account.sipUri, lacking: lacking.join(',') });
    return { application, created };
  }

  /** Tells UCWA that the user is active; trouble is the event channel's to notice. Never rejects. */
  async reportActivity(signal: AbortSignal): Promise<void> {
    const { account, pool, log } = this.#ports;
    const href = this.#application?.reportMyActivityHref;
    if (href === undefined) return;
    try {
      if (!(await reportActivity(pool, href, this.#now, signal))) await this.openAvailable(signal);
    } catch (error) {
      const { code, message } = toRelayError(error);
      log.debug('ucwaActivityNotReported', { account: account.sipUri, error: code, message });
    }
  }

  forget(): void {
    this.#application = undefined;
    this.#modalities = undefined;
  }

  readonly #now = (): number => this.#ports.clock.now();

  async #available(opened: Application, signal: AbortSignal): Promise<Application> {
    const granted = await this.#grant(opened, signal);
    if (granted === undefined) return opened;
    const application = await readApplication(this.#ports.pool, opened.selfHref, this.#now, signal);
    const stated = application.modalities ?? [];
    // The channel is read from where it was: what the change itself has told is on it.
    return { ...application, eventsHref: opened.eventsHref, modalities: stated.length > 0 ? stated : granted };
  }

  /** What was granted now; undefined if nothing had to be asked for. */
  async #grant(
    { makeMeAvailableHref, communicationHref, modalities }: Application,
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> {
    const { account, pool } = this.#ports;
    if (makeMeAvailableHref !== undefined) return makeAvailable(pool, makeMeAvailableHref, account, this.#now, signal);
    const isOtherwise = modalities !== undefined && !isSameSet(modalities, account.modalities);
    if (!isOtherwise || communicationHref === undefined || this.#hasTriedToChange) return undefined;
    this.#hasTriedToChange = true;
    const isChanged = await changeModalities(pool, communicationHref, account.modalities, this.#now, signal);
    return isChanged ? account.modalities : undefined;
  }
}

/** Shaped as a GUID, as clients do; the same for an account at all times, for the same endpoint gets the same application. */
function endpointIdOf(sipUri: string): string {
  const digits = createHash('sha256').update(`ucwa-relay endpoint ${sipUri.toLowerCase()}`).digest('hex');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20, 32),
  ].join('-');
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((each) => others.includes(each));
}
