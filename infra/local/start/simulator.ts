import axios, { isAxiosError } from 'axios';
import { z } from 'zod';

/** Body of `POST /sim/calls` (infra/local/ucwa/README.md, "Control routes"). */
export interface NewCall {
  readonly account?: string;
  /** The other side: who calls, and with the scenario `outgoing` who is called. */
  readonly from: string;
  readonly name?: string;
  readonly modalities?: readonly string[];
  readonly onlineMeeting?: boolean;
  readonly subject?: string;
  readonly importance?: string;
  readonly scenario?: string;
  readonly ringSeconds?: number;
}

/** An event that the simulator has put on a channel. */
const emittedSchema = z.object({ type: z.string(), href: z.string(), at: z.string() });
export type Emitted = z.infer<typeof emittedSchema>;

const lifecycleSchema = z.object({ account: z.string(), action: z.string(), status: z.number() });
const ledgerSchema = z.object({ events: z.array(emittedSchema), lifecycle: z.array(lifecycleSchema) });
const calledSchema = z.object({ invitation: z.string() });

/** The simulator's control routes. */
export interface Simulator {
  /** Rings; answers the invitation's href. Rejects with the simulator's own words when it does not take the call. */
  call(call: NewCall, signal?: AbortSignal): Promise<string>;
  /** Every event emitted so far but the first `from`, in order. */
  emitted(from: number): Promise<readonly Emitted[]>;
  /** Whether a client is connected for the account, so that it can be called. */
  canBeCalled(account: string): Promise<boolean>;
}

/** A client of the simulator that listens at `ucwaUrl`. */
export function createSimulator(ucwaUrl: string): Simulator {
  const http = axios.create({ baseURL: ucwaUrl, proxy: false, timeout: 5_000 });
  const ledger = async (query: string): Promise<z.infer<typeof ledgerSchema>> => {
    const { data } = await http.get<unknown>(`/sim/ledger?${query}`).catch(translate);
    return ledgerSchema.parse(data);
  };
  return {
    call: async (call, signal) => {
      const { data } = await http
        .post<unknown>('/sim/calls', call, signal === undefined ? {} : { signal })
        .catch(translate);
      return calledSchema.parse(data).invitation;
    },
    emitted: async (from) => (await ledger(`from=${from}`)).events,
    canBeCalled: async (account) => {
      const { lifecycle } = await ledger(`account=${encodeURIComponent(account)}`);
      return lifecycle.some(({ action, status }) => action === 'makeMeAvailable' && status < 300);
    },
  };
}

function translate(error: unknown): never {
  if (!isAxiosError(error) || error.response === undefined) throw error;
  const { data, status } = error.response as { data: unknown; status: number };
  const said = z.object({ error: z.string() }).safeParse(data).data?.error ?? JSON.stringify(data);
  throw new Error(`The simulator answered ${status}: ${said}`, { cause: error });
}
