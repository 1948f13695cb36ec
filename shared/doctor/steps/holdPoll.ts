import type { Clock } from '../../clock';
import { POLL_TIMEOUT_SECONDS } from '../../ucwa/channel/pollAddress';
import type { Finding } from '../report';
import type { DoctorChannel } from '../eventChannel';
import { inSeconds } from '../inSeconds';

/** Polls that events have ended, before the doctor gives up waiting for a quiet one. */
const MOST_POLLS = 12;
const PROGRESS_MS = 10_000;

export interface HoldPollPorts {
  readonly clock: Clock;
  /** Called every 10 s with how long the poll has waited. */
  readonly onProgress: (text: string) => void;
  /** Where there is no time for a whole poll: for how long it is held. */
  readonly seconds: number | undefined;
}

/**
 * One whole P-GET: held by the pool until its time-out, through everything that stands between. Polls that events end
 * are followed by another; one that is cut while the pool is there is reported, and is no failure.
 */
export async function holdPoll(
  channel: DoctorChannel,
  { clock, onProgress, seconds }: HoldPollPorts,
  signal: AbortSignal,
): Promise<Finding> {
  const enough = new AbortController();
  const cancel = seconds === undefined ? undefined : clock.setTimer(seconds * 1000, () => enough.abort());
  try {
    return await holdQuietPoll(channel, clock, onProgress, AbortSignal.any([signal, enough.signal]));
  } catch (error) {
    if (!enough.signal.aborted || signal.aborted) throw error;
    return {
      fact: `a poll was held for ${String(seconds)} s; npm run doctor holds a whole one, which takes three minutes`,
      value: undefined,
    };
  } finally {
    cancel?.();
  }
}

async function holdQuietPoll(
  channel: DoctorChannel,
  clock: Clock,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<Finding> {
  for (let polls = 1; polls <= MOST_POLLS; polls += 1) {
    const waiting = new AbortController();
    const progress = reportProgress(clock, onProgress, waiting.signal);
    try {
      const result = await channel.poll(signal);
      if ('cutAfterMs' in result) return { fact: cutSentence(result.cutAfterMs), value: undefined };
      const { package: received, waitedMs } = result;
      if (received.next !== undefined && received.senders.length === 0) {
        const remarks = [...channel.remarks].map((remark) => `; ${remark}`).join('');
        return {
          fact: `one poll was held for ${inSeconds(waitedMs)} and then answered as it should${remarks}`,
          value: undefined,
        };
      }
    } finally {
      waiting.abort();
      await progress;
    }
  }
  return { fact: `no poll was quiet: events ended ${MOST_POLLS} in a row`, value: undefined, skipped: true };
}

function cutSentence(cutAfterMs: number): string {
  return (
    `polls are cut after ${inSeconds(cutAfterMs)} by something between; the pool responds, so the relay polls again at ` +
    'once and misses no call (an idle time-out above 200 s in the proxy or load balancer would spare the requests)'
  );
}

async function reportProgress(clock: Clock, onProgress: (text: string) => void, signal: AbortSignal): Promise<void> {
  for (let waitedMs = 0; !signal.aborted; waitedMs += PROGRESS_MS) {
    onProgress(`event channel: one whole poll, ${waitedMs / 1000} of ${POLL_TIMEOUT_SECONDS} s`);
    await clock.sleep(PROGRESS_MS, signal);
  }
}
