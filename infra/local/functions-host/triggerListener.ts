/** What feeds one function. Stopped first, so that what runs can end, and closed when nothing runs any more. */
export interface TriggerListener {
  /** Takes no new work; resolves when none can come any more. */
  stop(): Promise<void>;
  /** Gives back what running invocations needed, such as the connection on which they settle. */
  close(): Promise<void>;
}
