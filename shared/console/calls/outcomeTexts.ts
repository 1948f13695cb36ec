import type { CallItem } from '../api/answers';
import { takenByText } from './callTexts';

/** Colours by what something means; a sign and words always go with it. */
export type Tone = 'ok' | 'warn' | 'bad' | 'soft' | 'link';

export interface OutcomeText {
  readonly tone: Tone;
  readonly sign: string;
  readonly words: string;
  /** Who, or how, in a few words. */
  readonly detail?: string;
}

const results: Readonly<Record<string, Pick<OutcomeText, 'tone' | 'sign' | 'words'>>> = {
  answered: { tone: 'ok', sign: '✓', words: 'Answered' },
  answeredElsewhere: { tone: 'ok', sign: '✓', words: 'Answered' },
  declined: { tone: 'warn', sign: '✕', words: 'Declined' },
  busy: { tone: 'warn', sign: '✕', words: 'Busy' },
  missed: { tone: 'bad', sign: '↙', words: 'Missed' },
  cancelled: { tone: 'soft', sign: '–', words: 'Caller hung up' },
  forwarded: { tone: 'soft', sign: '→', words: 'Forwarded' },
  transferred: { tone: 'soft', sign: '→', words: 'Transferred' },
  failed: { tone: 'bad', sign: '!', words: 'Failed' },
};

/** How an ended call ended, in words. Pure. */
export function outcomeText(call: CallItem): OutcomeText {
  const { outcome } = call.invitation;
  if (outcome === undefined) return { tone: 'soft', sign: '?', words: 'End not known', ...endDetail(call) };
  if (outcome.answeredBy === 'voicemail') return { tone: 'soft', sign: '→', words: 'To voicemail' };
  const known = results[outcome.result] ?? { tone: 'soft', sign: '?', words: outcome.result };
  const detail = takenByText(call) ?? byDetail(outcome);
  return detail === undefined ? known : { ...known, detail };
}

function byDetail({ result, answeredBy }: NonNullable<CallItem['invitation']['outcome']>): string | undefined {
  if (result === 'missed') return 'nobody answered';
  if (answeredBy === 'relay') return 'through the relay';
  if (answeredBy === 'otherEndpoint') return 'on another phone';
  if (answeredBy === 'otherPerson') return 'by somebody else';
  return undefined;
}

function endDetail({ endedBy }: CallItem): { readonly detail?: string } {
  if (endedBy === 'gap') return { detail: 'the connection to Skype for Business had a gap' };
  return endedBy === 'expiry' ? { detail: 'its ring time is over' } : {};
}
