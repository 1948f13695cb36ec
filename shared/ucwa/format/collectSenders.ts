import type { Sender, UnreadablePart } from '../../invitations/resource';

/** Beyond this a package is kept as one raw event: a broken or hostile body would cost an event for every two bytes. */
const MOST_UNREADABLE = 1_000;

class TooManyUnreadable extends Error {}

/**
 * The senders that `collect` makes, which calls its argument with each part that cannot be read and keeps what that
 * returns. Above 1,000 such parts it is stopped, and there is one part, with the whole `text`. Pure.
 */
export function collectSenders(
  text: string,
  collect: (unreadable: (part: UnreadablePart) => UnreadablePart) => readonly Sender[],
): readonly Sender[] {
  let count = 0;
  try {
    return collect((part) => {
      count += 1;
      if (count > MOST_UNREADABLE) throw new TooManyUnreadable();
      return part;
    });
  } catch (error) {
    if (!(error instanceof TooManyUnreadable)) throw error;
    const problem = `More than ${String(MOST_UNREADABLE)} parts of the event package cannot be read.`;
    return [{ rel: '', href: '', events: [{ problem, raw: text }] }];
  }
}
