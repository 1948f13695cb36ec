import type { TriggerInput } from './triggerInput';
import { randomUUID } from 'node:crypto';
import { errorLine, type HostLog } from '../hostLog';
import type { RpcInvocationResponse } from '../worker/functionsCore';
import type { RunningInvocations } from './runningInvocations';
import type { IndexedFunction } from './trigger';
import type { WorkerProcess } from './workerProcess';

/** Invokes a function once. Rejects when the handler or a hook threw or the worker ended, after one line in the log has said so. */
export type InvokeFunction = (indexed: IndexedFunction, input: TriggerInput) => Promise<RpcInvocationResponse>;

/** Invokes functions in the worker, or in the one that follows it. */
export function createInvokeFunction(worker: WorkerProcess, running: RunningInvocations, log: HostLog): InvokeFunction {
  return async ({ metadata: { name: functionName } }, input) => {
    await worker.untilReady();
    return running.run(functionName, async () => {
      const invocationId = randomUUID();
      try {
        return await worker.invoke(functionName, invocationId, input);
      } catch (error) {
        log({ level: 'error', functionName, message: `Invocation ${invocationId} failed: ${errorLine(error)}` });
        throw error;
      }
    });
  };
}
