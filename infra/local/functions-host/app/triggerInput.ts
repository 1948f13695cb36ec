import type { RpcTraceContext, RpcTypedData } from '../worker/functionsCore';

/** What a trigger hands over for one invocation. */
export interface TriggerInput {
  readonly data: RpcTypedData;
  readonly triggerMetadata?: Readonly<Record<string, RpcTypedData>>;
  readonly traceContext?: RpcTraceContext;
}
