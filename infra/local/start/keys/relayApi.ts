import axios from 'axios';
import { z } from 'zod';
import type { StackFacts } from '../stackFile';

/** `GET /api/health`, as much of it as is shown. */
export const healthSchema = z.object({
  status: z.enum(['pass', 'warn', 'fail']),
  checks: z
    .record(z.string(), z.array(z.object({ status: z.enum(['pass', 'warn', 'fail']), output: z.string().optional() })))
    .default({}),
});
export type ShownHealth = z.infer<typeof healthSchema>;

const startedSchema = z.object({ invitationId: z.string() });
const problemSchema = z.object({ title: z.string().optional(), detail: z.string().optional() });

/** The relay of the stack that runs, asked with its own key. */
export interface RelayApi {
  /** Resolves whatever its status is. */
  health(): Promise<ShownHealth>;
  /** Declines an invitation at every phone. Rejects with the relay's own words when it does not. */
  decline(invitationId: string): Promise<void>;
  /** Starts a call; the invitation's id. Rejects with the relay's own words when it does not. */
  startCall(call: { readonly account: string; readonly to: string; readonly subject?: string }): Promise<string>;
}

/** A client of the functions host at `functionsUrl`. */
export function createRelayApi({
  functionsUrl,
  functionsKey,
}: Pick<StackFacts, 'functionsUrl' | 'functionsKey'>): RelayApi {
  const http = axios.create({
    baseURL: `${functionsUrl}/api`,
    headers: { 'x-functions-key': functionsKey },
    proxy: false,
    timeout: 30_000,
    validateStatus: () => true,
  });
  return {
    async health() {
      const { data, status } = await http.get<unknown>('/health');
      const health = healthSchema.safeParse(data);
      if (!health.success) throw new Error(`The relay answered ${status} to GET /api/health.`);
      return health.data;
    },
    async decline(invitationId) {
      refuseUnlessDone(await http.post<unknown>(`/invitations/${invitationId}/decline`, { reason: 'Global' }));
    },
    async startCall(call) {
      const response = await http.post<unknown>('/invitations', call);
      refuseUnlessDone(response);
      return startedSchema.parse(response.data).invitationId;
    },
  };
}

/** Errors: the relay's own words where it refused. */
function refuseUnlessDone({ data, status }: { readonly data: unknown; readonly status: number }): void {
  const { title, detail } = problemSchema.safeParse(data).data ?? {};
  if (status >= 300) throw new Error(`The relay answered ${status}: ${detail ?? title ?? 'without a reason'}`);
}
