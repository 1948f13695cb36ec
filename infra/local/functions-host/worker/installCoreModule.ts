import Module from 'node:module';
import type { FunctionsCore } from './functionsCore';

const CORE_MODULE = '@azure/functions-core';

let installed = false;

/**
 * Answers every `require('@azure/functions-core')` of this process with `core`, as the worker does: the package is
 * not on npm, and without it `@azure/functions` registers nothing.
 *
 * Once per process: the library keeps the first answer for ever, so a second app needs a process of its own. Throws
 * when called again.
 */
export function installCoreModule(core: FunctionsCore): void {
  if (installed)
    throw new Error('A process can host one function app: @azure/functions keeps its state in the module.');
  installed = true;
  const prototype = Module.prototype as { require: (id: string) => unknown };
  prototype.require = new Proxy(prototype.require, {
    apply: (original, module: unknown, args: [string]) =>
      args[0] === CORE_MODULE ? core : Reflect.apply(original, module, args),
  });
}
