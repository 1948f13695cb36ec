import { errorLine } from '../hostLog';
import type { TriggerInput } from '../app/triggerInput';
import { createTraceContext } from '../app/traceContext';
import { triggerOf } from '../app/trigger';
import type { FunctionApp, RegisteredFunction } from './functionApp';
import type {
  CoreInvocationContext,
  FunctionCallback,
  RpcInvocationRequest,
  RpcInvocationResponse,
} from './functionsCore';

/**
 * The invocation as the worker runs it: arguments, preInvocation hooks, handler, postInvocation hooks, response. Rejects
 * with what the handler or a hook threw.
 */
export async function runInvocation(
  app: FunctionApp,
  { metadata, callback }: RegisteredFunction,
  invocationId: string,
  input: TriggerInput,
): Promise<RpcInvocationResponse> {
  const request: RpcInvocationRequest = {
    invocationId,
    inputData: [{ name: triggerOf(metadata).bindingName, data: input.data }],
    triggerMetadata: input.triggerMetadata ?? {},
    traceContext: input.traceContext ?? createTraceContext(),
  };
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
