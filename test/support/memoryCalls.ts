import type { RelayPorts } from '../../shared/relay/relayAccount';
import { createMemoryConnectedCalls } from './memoryConnectedCalls';
import { createMemoryStartedCalls } from './memoryStartedCalls';

/** What a relay remembers of calls, in memory; nobody has posted a stop. */
export function createMemoryCalls(): RelayPorts['calls'] {
  return {
    connected: createMemoryConnectedCalls(),
    started: createMemoryStartedCalls(),
    isStoppedByRelay: () => Promise.resolve(false),
  };
}
