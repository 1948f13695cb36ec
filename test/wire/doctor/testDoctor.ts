import { checkAccount } from '../../../shared/doctor/checkAccount';
import type { CheckedAccount } from '../../../shared/doctor/checkedAccount';
import type { StepName, StepReport } from '../../../shared/doctor/stepReport';
import type { AccountSettings } from '../../../shared/config/settings';
import type { BearerToken } from '../../../shared/ucwa/signIn/ticket';
import type { FakeClock } from '../../support/fakeClock';
import { simulatorAccount } from '../../support/ucwaSimulator';

export interface TestDoctor {
  readonly steps: Promise<readonly StepReport[]>;
  /** What was said of waiting, in order. */
  readonly progress: readonly string[];
  /** As Ctrl-C does. */
  stop(): void;
}

export interface TestDoctorOptions {
  readonly clock: FakeClock;
  readonly account?: Partial<AccountSettings>;
  readonly checkedAccount?: Partial<Omit<CheckedAccount, 'account'>>;
  readonly awaitCallSeconds?: number;
  readonly dialledAtMs?: number;
  /** Names and their addresses; default: every name is this machine. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  readonly bearerToken?: BearerToken;
}

/** Checks the simulator's account at the discovery root `url`. */
export function startDoctor(
  url: string,
  { clock, account, checkedAccount, awaitCallSeconds, dialledAtMs, names, bearerToken }: TestDoctorOptions,
): TestDoctor {
  const controller = new AbortController();
  const progress: string[] = [];
  const steps = checkAccount(
    {
      account: {
        ...simulatorAccount,
        discoveryUrl: url,
        modalities: ['Audio', 'Video', 'PhoneAudio'],
        signInAs: undefined,
        reportActivity: true,
        ringSeconds: 30,
        ...account,
      },
      allowedHosts: [],
      caCertificate: undefined,
      kinds: ['audioVideo', 'phoneAudio'],
      ...checkedAccount,
    },
    {
      clock,
      resolve: (host) => Promise.resolve(names === undefined ? ['127.0.0.1'] : (names[host] ?? [])),
      onStep: () => undefined,
      onProgress: (text) => void progress.push(text),
      dialledAtMs: () => dialledAtMs,
      bearerToken,
    },
    { awaitCallSeconds },
    controller.signal,
  );
  return { steps, progress, stop: () => controller.abort() };
}

/** The step of that name. */
export function stepOf(steps: readonly StepReport[], name: StepName): StepReport {
  const found = steps.find((step) => step.name === name);
  if (found === undefined)
    throw new Error(`There is no step ${name} among ${steps.map((step) => step.name).join(', ')}.`);
  return found;
}

/** The names of those that failed. */
export function failedOf(steps: readonly StepReport[]): StepName[] {
  return steps.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
}
