import type { HostLog } from '../hostLog';
import type { IndexedFunction } from './trigger';
import { triggerOf } from './trigger';

/**
 * Tells what the app asks of Azure and does not get from this host: retry policies, and bindings besides the trigger
 * and an HTTP answer.
 */
export function warnOfDifferences(functions: readonly IndexedFunction[], log: HostLog): void {
  for (const { metadata } of functions) {
    const warn = (message: string): void => log({ level: 'warning', functionName: metadata.name, message });
    if (metadata.retryOptions !== undefined) warn('This host does not apply the retry policy.');
    const { bindingName } = triggerOf(metadata);
    for (const [name, { type, direction }] of Object.entries(metadata.bindings)) {
      if (name !== bindingName && type !== 'http')
        warn(`This host does not serve the ${direction === 'in' ? 'input' : 'output'} binding ${type}.`);
    }
  }
}
