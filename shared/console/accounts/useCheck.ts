import { useState } from 'preact/hooks';
import { useShared } from '../app/context';
import type { AccountCheck } from '../api/answers';
import { errorText } from '../api/createApi';

export interface Check {
  readonly run: () => void;
  readonly isRunning: boolean;
  readonly found: AccountCheck | undefined;
  readonly problem: string | undefined;
}

/** `POST /accounts/{sipUri}/check`: tries an account step by step. */
export function useCheck(sipUri: string): Check {
  const { console } = useShared();
  const [isRunning, setRunning] = useState(false);
  const [found, setFound] = useState<AccountCheck | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const run = (): void => {
    if (isRunning) return;
    setRunning(true);
    setProblem(undefined);
    setFound(undefined);
    console.api
      .send<AccountCheck>('POST', `/accounts/${encodeURIComponent(sipUri)}/check`)
      .then(
        ({ body }) => setFound(body),
        (error: unknown) => setProblem(errorText(error)),
      )
      .finally(() => setRunning(false));
  };
  return { run, isRunning, found, problem };
}
