import type { IndexedFunction } from '../app/trigger';
import type { Disposable, FunctionCallback, FunctionsCore, HookCallback, ProgrammingModel } from './functionsCore';
import type { AppLogLine } from './protocol';

/** A function of the app: what it is bound to, and its handler. */
export interface RegisteredFunction extends IndexedFunction {
  readonly callback: FunctionCallback;
}

/** The hooks of `app.hook`. */
export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';

const HOOK_NAMES: readonly string[] = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'];

/** Azure's own rule for function names (host.json reference, "functions"). */
const FUNCTION_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,127}$/;

/** What the app has registered so far, and the module through which it registers. */
export interface FunctionApp {
  readonly core: FunctionsCore;
  readonly functions: readonly RegisteredFunction[];
  /** Shared by all hooks of the app, as `hookData` of appStart and appTerminate. */
  readonly hookData: Record<string, unknown>;
  programmingModel(): ProgrammingModel | undefined;
  /** From now on registering throws, as it does in the worker once its functions are indexed. */
  lock(): void;
  /** Calls the hooks of that name one after another, in the order of their registration; rejects with the first that throws. */
  runHooks(name: HookName, context: object): Promise<void>;
  /** Passes a line through the `log` hooks, which may change its level and message, and on to the host. */
  log(line: AppLogLine & { readonly invocationContext?: unknown }): void;
}

/** An app with nothing in it. */
export function createFunctionApp(log: (line: AppLogLine) => void): FunctionApp {
  const functions: RegisteredFunction[] = [];
  const hooks: { name: string; callback: HookCallback }[] = [];
  let model: ProgrammingModel | undefined;
  let locked = false;

  const requireUnlocked = (what: string): void => {
    if (locked) throw new Error(`A ${what} can only be registered while the app starts.`);
  };

  const app: FunctionApp = {
    functions,
    hookData: {},
    programmingModel: () => model,
    lock: () => (locked = true),

    async runHooks(name, context) {
      for (const hook of hooks.filter((candidate) => candidate.name === name)) await hook.callback(context);
    },

    log({ level, message, category, functionName, invocationContext }) {
      const context = { level, message, category, invocationContext, hookData: {} };
      for (const hook of hooks.filter((candidate) => candidate.name === 'log')) hook.callback(context);
      log({
        level: context.level,
        message: context.message,
        category,
        ...(functionName === undefined ? {} : { functionName }),
      });
    },

    core: {
      version: '3.13.0',
      hostVersion: '4.1040.0',
      setProgrammingModel: (given) => (model = given),
      getProgrammingModel: () => model,
      log: (level, category, message) => app.log({ level, category, message }),

      registerFunction(metadata, callback) {
        requireUnlocked('function');
        if (!FUNCTION_NAME.test(metadata.name)) throw new Error(`"${metadata.name}" is not a valid function name.`);
        if (functions.some(({ metadata: { name } }) => name === metadata.name)) {
          throw new Error(`A function named "${metadata.name}" is registered already.`);
        }
        return addTo(functions, { metadata, callback });
      },

      registerHook(name, callback) {
        if (!HOOK_NAMES.includes(name)) throw new RangeError(`Unrecognized hook "${name}".`);
        return addTo(hooks, { name, callback });
      },
    },
  };
  return app;
}

function addTo<T>(list: T[], item: T): Disposable {
  list.push(item);
  return {
    dispose: () => {
      const index = list.indexOf(item);
      if (index >= 0) list.splice(index, 1);
    },
  };
}
