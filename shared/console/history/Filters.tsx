import { useState } from 'preact/hooks';
import { useConsole } from '../app/context';
import { accountName } from '../calls/callTexts';
import { SEARCH_ID } from '../shell/useSearchKey';
import { number } from '../ui/times';
import { periods, type HistoryFilter } from './historyFilter';

const outcomes: readonly (readonly [HistoryFilter['outcome'], string])[] = [
  ['', 'All'],
  ['missed', 'Missed'],
  ['answered', 'Answered'],
  ['declined', 'Declined'],
];

export interface FiltersProps {
  readonly filter: HistoryFilter;
  /** How many missed calls wait for somebody to call back. */
  readonly missed: number;
  readonly onChange: (filter: HistoryFilter) => void;
}

/** Search, outcome, and on request account and period. */
export function Filters({ filter, missed, onChange }: FiltersProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <search class="filters">
      <label class="hidden" for={SEARCH_ID}>
        Name or number
      </label>
      <input
        id={SEARCH_ID}
        type="search"
        placeholder="Name or number"
        value={filter.caller}
        onInput={({ currentTarget }) => onChange({ ...filter, caller: currentTarget.value })}
      />
      {outcomes.map(([outcome, words]) => (
        <button
          key={outcome}
          type="button"
          class="chip"
          aria-pressed={filter.outcome === outcome}
          onClick={() => onChange({ ...filter, outcome })}
        >
          {words}
          {outcome === 'missed' && missed > 0 && ` ${number(missed)}`}
        </button>
      ))}
      <button type="button" class="chip" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        More filters
      </button>
      {isOpen && <MoreFilters filter={filter} onChange={onChange} />}
    </search>
  );
}

function MoreFilters({ filter, onChange }: Pick<FiltersProps, 'filter' | 'onChange'>) {
  const accounts = useConsole((state) => state.accounts) ?? [];
  return (
    <div class="more">
      <label>
        For
        <select
          value={filter.account}
          onChange={({ currentTarget }) => onChange({ ...filter, account: currentTarget.value })}
        >
          <option value="">Every account</option>
          {accounts.map(({ sipUri }) => (
            <option key={sipUri} value={sipUri}>
              {accountName(sipUri)}
            </option>
          ))}
        </select>
      </label>
      <label>
        When
        <select
          value={String(filter.hours)}
          onChange={({ currentTarget }) => onChange({ ...filter, hours: Number(currentTarget.value) })}
        >
          {periods.map(([hours, words]) => (
            <option key={hours} value={String(hours)}>
              {words}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
