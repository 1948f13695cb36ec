import type { HealthCheck, Subscription } from '../api/answers';
import type { Tone } from '../calls/outcomeTexts';
import { since } from '../ui/times';

export interface SubscriberState {
  readonly tone: Tone;
  readonly sign: string;
  readonly words: string;
  /** What is wrong and what to do about it, in a sentence. */
  readonly reason?: string;
}

/** Whether somebody should do something about it. Pure. */
export function isTroubled({ state, problem }: Subscription, health: HealthCheck | undefined): boolean {
  return problem !== undefined || state === 'disabled' || health?.failingSince !== undefined;
}

/** How a subscriber is, in words. Pure. */
export function subscriberState(
  subscription: Subscription,
  health: HealthCheck | undefined,
  nowMs: number,
): SubscriberState {
  const { state, stateSince, stateReason, problem } = subscription;
  const from = stateSince === undefined ? '' : ` since ${since(stateSince, nowMs)}`;
  if (problem !== undefined) return { tone: 'bad', sign: '!', words: 'Cannot be sent to', reason: problem };
  if (state === 'disabled')
    return {
      tone: 'bad',
      sign: '!',
      words: `Disabled${from}`,
      reason: `${sentence(stateReason)}Mend it, test it, and resume it; then recover what it missed.`,
    };
  if (state === 'paused')
    return {
      tone: 'warn',
      sign: '❚❚',
      words: `Paused${from}`,
      reason: 'Nothing is sent until it is resumed; what it missed can be recovered.',
    };
  if (health?.failingSince !== undefined)
    return {
      tone: 'bad',
      sign: '!',
      words: `Failing since ${since(health.failingSince, nowMs)}`,
      reason: health.lastError === undefined ? 'Nothing has been delivered since.' : sentence(health.lastError).trim(),
    };
  return { tone: 'ok', sign: '✓', words: 'Healthy' };
}

function sentence(text: string | undefined): string {
  if (text === undefined || text === '') return '';
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, '.')} `;
}

/** The troubled ones first, then the paused ones. Pure. */
export function rankOf(subscription: Subscription, health: HealthCheck | undefined): number {
  if (isTroubled(subscription, health)) return 0;
  return subscription.state === 'paused' ? 1 : 2;
}
