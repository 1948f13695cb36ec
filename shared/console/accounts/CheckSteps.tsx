import type { AccountCheck } from '../api/answers';
import type { Tone } from '../calls/outcomeTexts';
import { Badge } from '../ui/Badge';

const shown: Readonly<
  Record<AccountCheck['steps'][number]['outcome'], { readonly tone: Tone; readonly sign: string }>
> = {
  passed: { tone: 'ok', sign: '✓' },
  failed: { tone: 'bad', sign: '!' },
  skipped: { tone: 'soft', sign: '–' },
};

/** What a check of an account has found, step by step. */
export function CheckSteps({ check: { ok, steps } }: { readonly check: AccountCheck }) {
  return (
    <div class="steps">
      <p role="status">{ok ? 'Every step passed.' : 'The check found something.'}</p>
      <ol>
        {steps.map(({ name, outcome, fact, whatToDo }) => (
          <li key={name}>
            <Badge {...shown[outcome]}>{name}</Badge> {fact} {whatToDo !== undefined && <b>{whatToDo}</b>}
          </li>
        ))}
      </ol>
    </div>
  );
}
