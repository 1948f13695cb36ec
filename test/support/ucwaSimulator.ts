import axios, { type AxiosInstance } from 'axios';
import type { CallRequest } from '../../infra/local/ucwa/calls/callPlan';
import type { FaultRequest } from '../../infra/local/ucwa/faults/faultTable';
import type { EventRecord } from '../../infra/local/ucwa/ledger';
import {
  startUcwaSimulator,
  type RunningUcwaSimulator,
  type UcwaSimulatorOptions,
} from '../../infra/local/ucwa/startUcwaSimulator';
import type { Ringing } from '../../infra/local/ucwa/ucwaSimulator';

/** The account that is meant wherever none is named, its password, and the phone to which calls can be sent. */
export const simulatorAccount = {
  sipUri: 'sip:reception@contoso.com',
  username: 'reception@contoso.com',
  password: 'password',
  phoneNumber: '+14255550199',
} as const;

export interface TestUcwa extends RunningUcwaSimulator {
  /** Rings a call from `sip:alice@contoso.com` ("Alice") unless the request says otherwise. */
  ring(request?: Partial<CallRequest>): Ringing;
  /** Arms a fault; it strikes once unless `times` says otherwise. */
  fault(request: FaultRequest): void;
  /** The invitation events emitted so far, in order. */
  invitationEvents(account?: string): EventRecord[];
  /** Speaks to the simulator as any HTTP client does; every status is an answer. */
  readonly http: AxiosInstance;
}

/** Starts a simulator on a free port for a test, which closes it. `clock` is the machine's unless given. */
export async function startTestUcwa(
  options: Pick<UcwaSimulatorOptions, 'clock' | 'pollTimeoutSeconds' | 'idleCut' | 'allowedOrigins'> = {},
): Promise<TestUcwa> {
  const running = await startUcwaSimulator(options);
  const { simulator } = running;
  return {
    ...running,
    ring: (request = {}) => simulator.ring({ from: 'sip:alice@contoso.com', name: 'Alice', ...request }),
    fault: (request) => simulator.armFault(request),
    invitationEvents: (account) =>
      simulator.ledger.events.filter(
        (event) => event.rel.endsWith('Invitation') && (account === undefined || event.account === account),
      ),
    http: axios.create({ baseURL: running.url, proxy: false, maxRedirects: 0, validateStatus: () => true }),
  };
}
