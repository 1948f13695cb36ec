import { useEffect } from 'preact/hooks';
import { useConsole, useNow, useShared } from '../app/context';
import { useTitle } from '../shell/useTitle';
import { number } from '../ui/times';
import { AccountRow } from './AccountRow';
import { Simulator } from './Simulator';

const AGAIN_MS = 15_000;
const rank = { fail: 0, warn: 1, pass: 2 } as const;

/** Every account: whether its calls are heard, the troubled ones first, and what to do. */
export function AccountsView() {
  useTitle('Accounts');
  const { console } = useShared();
  const nowMs = useNow();
  const accounts = useConsole((state) => state.accounts);
  useEffect(() => {
    void console.lists.accounts();
    const timer = setInterval(() => {
      if (!document.hidden) void console.lists.accounts();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [console]);
  if (accounts === undefined) return <section class="panel empty" aria-busy="true" aria-label="Reading the accounts" />;
  const troubled = accounts.filter(({ status }) => status !== 'pass').length;
  return (
    <>
      <section class="panel" aria-labelledby="accounts">
        <header>
          <h1 id="accounts">
            {number(accounts.length)} {accounts.length === 1 ? 'account' : 'accounts'}
            {troubled > 0 && `, ${number(troubled)} in trouble`}
          </h1>
        </header>
        <ul class="rows">
          {accounts
            .toSorted((one, other) => rank[one.status] - rank[other.status])
            .map((account) => (
              <AccountRow key={account.sipUri} account={account} nowMs={nowMs} />
            ))}
        </ul>
      </section>
      <Simulator />
    </>
  );
}
