import type { EventPackage } from '../../invitations/resource';
import { guessNext, pollAddress } from './pollAddress';

/** How often in a row the channel may be led on by a guess before the application is given up. */
const GUESSES = 2;

/** Where the channel is polled next. */
export class Cursor {
  /** Undefined: the application's own link says. */
  #path: string | undefined;
  #guesses = 0;

  get path(): string | undefined {
    return this.#path;
  }

  goTo(href: string): void {
    this.#path = pollAddress(href);
  }

  lose(): void {
    this.#path = undefined;
  }

  /**
   * Follows `resume`, else `next`, of what was read at `path`. False where a package with events leads nowhere, and
   * guessing has not helped.
   */
  moveOn({ resume, next, senders }: EventPackage, path: string): boolean {
    const onward = resume ?? next;
    if (onward !== undefined) {
      this.#guesses = 0;
      this.goTo(onward);
      return true;
    }
    if (senders.length === 0) return true; // An empty response that leads nowhere: the same address again.
    const guess = guessNext(path);
    this.#guesses += 1;
    if (guess !== undefined && this.#guesses <= GUESSES) {
      this.#path = guess;
      return true;
    }
    this.#guesses = 0;
    return false;
  }
}
