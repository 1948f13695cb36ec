import type { BrokerEnvironment } from '../environment';

/**
 * Remembers message ids for a fixed time from their first arrival; a duplicate does not extend it. O(1) a message: ids
 * leave in the order they came in, as the window is the same for all.
 */
export class DuplicateWindow {
  private readonly until: Map<string, number>;

  constructor(
    private readonly entity: string,
    private readonly windowMs: number,
    private readonly env: BrokerEnvironment,
  ) {
    this.until = new Map(env.store?.remembered(entity));
  }

  /** Whether the id arrived within the window; it is remembered from now on when it did not. */
  isDuplicate(messageId: string): boolean {
    const nowMs = this.env.clock.now();
    this.forgetBefore(nowMs);
    if (this.until.has(messageId)) return true;
    this.until.set(messageId, nowMs + this.windowMs);
    this.env.store?.remember(this.entity, messageId, nowMs + this.windowMs);
    return false;
  }

  private forgetBefore(nowMs: number): void {
    for (const [messageId, untilMs] of this.until) {
      if (untilMs > nowMs) return;
      this.until.delete(messageId);
      this.env.store?.forget(this.entity, messageId, untilMs);
    }
  }
}
