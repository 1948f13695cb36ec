import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../../shared/clock';

/** A web ticket: whose it is, where it holds, and until when. */
export interface Ticket {
  readonly token: string;
  readonly account: string;
  /** Scheme and authority of the server that issued it; it is good there only. */
  readonly origin: string;
  readonly expiresAtMs: number;
}

export class Tickets {
  readonly #clock: Clock;
  readonly #tickets = new Map<string, Ticket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(account: string, origin: string, lifeSeconds: number): Ticket {
    const token = `cwt=AAEB${randomBytes(24).toString('base64url')}`;
    const ticket = { token, account, origin, expiresAtMs: this.#clock.now() + lifeSeconds * 1000 };
    this.#tickets.set(token, ticket);
    return ticket;
  }

  /** The ticket, if it was issued here, for that origin, and holds. */
  find(token: string, origin: string): Ticket | undefined {
    const ticket = this.#tickets.get(token);
    if (ticket === undefined) return undefined;
    if (ticket.expiresAtMs <= this.#clock.now()) {
      this.#tickets.delete(token);
      return undefined;
    }
    return ticket.origin === origin ? ticket : undefined;
  }

  /** Whose the token is or was meant for, wherever it holds: for faults and records, not for access. */
  ownerOf(token: string): string | undefined {
    return this.#tickets.get(token)?.account;
  }

  /** Ends every ticket of the account (of all accounts where none is named). */
  revoke(account: string | undefined): void {
    for (const ticket of this.#tickets.values()) {
      if (account === undefined || ticket.account === account) this.#tickets.delete(ticket.token);
    }
  }
}
