import { randomUUID } from 'node:crypto';
import { errorLine, type HostLog } from '../hostLog';
import type { FunctionApp, RegisteredFunction } from './functionApp';
import type {
  CoreInvocationContext,
  FunctionCallback,
  RpcInvocationRequest,
  RpcInvocationResponse,
  RpcTraceContext,
  RpcTypedData,
} from './functionsCore';
import type { RunningInvocations } from './runningInvocations';
import { createTraceContext } from './traceContext';
import { triggerOf } from './trigger';

/** What a trigger hands over for one invocation. */
export interface TriggerInput {
  readonly data: RpcTypedData;
  readonly triggerMetadata?: Readonly<Record<string, RpcTypedData>>;
  readonly traceContext?: RpcTraceContext;
  /** Given where the trigger must know it beforehand; random otherwise. */
  readonly invocationId?: string;
}

/** Invokes a function once. Rejects with what the handler or a hook threw, after one line in the log has named it. */
export type InvokeFunction = (registered: RegisteredFunction, input: TriggerInput) => Promise<RpcInvocationResponse>;

/** The invocation as the worker runs it: arguments, preInvocation hooks, handler, postInvocation hooks, response. */
export function createInvokeFunction(app: FunctionApp, running: RunningInvocations, log: HostLog): InvokeFunction {
  return (registered, input) => {
    const { name: functionName } = registered.metadata;
    return running.run(functionName, async () => {
      const request = toRequest(registered, input);
      try {
        return await invokeOnce(app, registered, request);
      } catch (error) {
        log({
          level: 'error',
          functionName,
          message: `Invocation ${request.invocationId} failed: ${errorLine(error)}`,
        });
        throw error;
      }
    });
  };
}

function toRequest({ metadata }: RegisteredFunction, input: TriggerInput): RpcInvocationRequest {
  return {
    invocationId: input.invocationId ?? randomUUID(),
    inputData: [{ name: triggerOf(metadata).bindingName, data: input.data }],
    triggerMetadata: input.triggerMetadata ?? {},
    traceContext: input.traceContext ?? createTraceContext(),
  };
}

async function invokeOnce(
  app: FunctionApp,
  { metadata, callback }: RegisteredFunction,
  request: RpcInvocationRequest,
): Promise<RpcInvocationResponse> {
  const logged: { invocationContext?: unknown } = {};
  const core: CoreInvocationContext = {
    invocationId: request.invocationId,
    request,
    metadata,
    state: undefined,
    log: (level, category, message) => app.log({ level, category, message, functionName: metadata.name, ...logged }),
  };
  const model = app.programmingModel()?.getInvocationModel(core);
  if (model === undefined) throw new Error('The app has set no programming model.');

  const { context, inputs } = await model.getArguments();
  logged.invocationContext = context;
  const shared = { hookData: {}, appHookData: app.hookData, invocationContext: context };

  // Hooks may replace the inputs, the handler, the result and the error: they change the fields of these objects.
  const before: { inputs: unknown[]; functionCallback: FunctionCallback } = { inputs, functionCallback: callback };
  core.state = 'preInvocationHooks';
  await app.runHooks('preInvocation', Object.assign(before, shared));

  const after: { inputs: unknown[]; result: unknown; error: unknown } = {
    inputs: before.inputs,
    result: null,
    error: null,
  };
  core.state = 'invocation';
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error ?? new Error('The handler threw nothing.');
  }

  core.state = 'postInvocationHooks';
  await app.runHooks('postInvocation', Object.assign(after, shared));
  core.state = undefined;

  if (after.error !== null && after.error !== undefined) {
    throw after.error instanceof Error ? after.error : new Error(errorLine(after.error));
  }
  return model.getResponse(context, after.result);
}
