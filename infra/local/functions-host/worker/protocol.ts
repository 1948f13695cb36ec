import type { TriggerInput } from '../app/triggerInput';
import type { FunctionMetadata, RpcInvocationResponse, RpcLogLevel } from './functionsCore';

/** What the host says to its worker. */
export type ToWorker =
  | {
      readonly kind: 'invoke';
      readonly invocationId: string;
      readonly functionName: string;
      readonly input: TriggerInput;
    }
  /** Run the `appTerminate` hooks and end. */
  | { readonly kind: 'terminate' };

/** What a worker says to its host. */
export type FromWorker =
  /** The app is loaded, or cannot be, for which `problem` gives the reason. */
  | { readonly kind: 'loaded'; readonly functions: readonly FunctionMetadata[]; readonly problem?: string }
  | { readonly kind: 'log'; readonly line: AppLogLine }
  | { readonly kind: 'completed'; readonly invocationId: string; readonly response: RpcInvocationResponse }
  | { readonly kind: 'failed'; readonly invocationId: string; readonly message: string };

/** A line of the app through the library: `context.log` and so on, and the library's own. */
export interface AppLogLine {
  readonly level: RpcLogLevel;
  readonly message: string;
  /** `user` is the app, `system` the library. */
  readonly category: string;
  readonly functionName?: string;
}
