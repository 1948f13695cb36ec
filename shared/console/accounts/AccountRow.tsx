import { useConsole, useRole } from '../app/context';
import type { Account } from '../api/answers';
import { accountName, addressOf } from '../calls/callTexts';
import { startedAtOf } from '../calls/mergeCalls';
import { Badge } from '../ui/Badge';
import { Text } from '../ui/Text';
import { since } from '../ui/times';
import { accountReason, accountState } from './accountState';
import { CheckSteps } from './CheckSteps';
import { NewPassword } from './NewPassword';
import { useCheck } from './useCheck';

/** One account: whether it listens, why not, and what can be done. */
export function AccountRow({ account, nowMs }: { readonly account: Account; readonly nowMs: number }) {
  const { sipUri, source, state } = account;
  const mayManage = useRole('Accounts.Manage');
  const { run, isRunning, found, problem } = useCheck(sipUri);
  const name = useAccountName(sipUri);
  const { tone, sign, words } = accountState(account, nowMs);
  const reason = accountReason(account, nowMs);
  return (
    <li>
      <div class="title">
        <h2>
          <Text>{name}</Text>
        </h2>
        <small class="mono">
          <Text>{addressOf(sipUri) ?? sipUri}</Text>
        </small>
      </div>
      <p class="how">
        <Badge tone={tone} sign={sign}>
          {words}
        </Badge>
        <LastCall sipUri={sipUri} nowMs={nowMs} />
      </p>
      <div class="actions">
        {mayManage && state === 'credentialsRejected' && source === 'table' && (
          <NewPassword sipUri={sipUri} name={name} />
        )}
        {mayManage && (
          <button type="button" class="small" aria-disabled={isRunning || undefined} onClick={run}>
            {isRunning ? 'Checking …' : 'Check'}
            <span class="hidden"> {name}</span>
          </button>
        )}
      </div>
      {reason !== '' && <p class="reason">{reason}</p>}
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {found !== undefined && <CheckSteps check={found} />}
    </li>
  );
}

/** As its calls name it, where one has come. */
function useAccountName(sipUri: string): string {
  const to = useConsole(
    ({ calls }) =>
      [...calls.values()].find(
        ({ account, invitation }) =>
          account === sipUri &&
          invitation.to?.name !== undefined &&
          invitation.to.uri?.toLowerCase() === sipUri.toLowerCase(),
      )?.invitation.to,
  );
  return accountName(sipUri, to);
}

function LastCall({ sipUri, nowMs }: { readonly sipUri: string; readonly nowMs: number }) {
  const calls = useConsole((state) => state.calls);
  const lastMs = Math.max(0, ...[...calls.values()].filter(({ account }) => account === sipUri).map(startedAtOf));
  return lastMs === 0 ? null : <small>Last call {since(lastMs, nowMs)}</small>;
}
