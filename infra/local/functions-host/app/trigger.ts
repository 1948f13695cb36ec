import type { BindingInfo, FunctionMetadata } from '../worker/functionsCore';

/** A function of the app as the host knows it: what it is bound to. Its handler is in the worker. */
export interface IndexedFunction {
  readonly metadata: FunctionMetadata;
}

/** The one trigger of a function. */
export interface Trigger {
  /** The name under which the library looks for the trigger's data. */
  readonly bindingName: string;
  /** As registered, for example `httpTrigger`, `timerTrigger`, `serviceBusTrigger`. */
  readonly type: string;
  readonly binding: BindingInfo;
}

/** Throws when the function has no trigger, which the library does not allow. */
export function triggerOf(metadata: FunctionMetadata): Trigger {
  for (const [bindingName, binding] of Object.entries(metadata.bindings)) {
    if (/trigger$/i.test(binding.type)) return { bindingName, type: binding.type, binding };
  }
  throw new Error(`Function '${metadata.name}' has no trigger.`);
}
