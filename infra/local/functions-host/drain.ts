import type { RunningInvocations } from './app/runningInvocations';
import type { TriggerListener } from './triggerListener';

/** Drain mode, in which a host takes no new work and what runs goes on to its end. */
export interface Drain {
  start(): void;
  /** As `/admin/host/drain/status` says it. */
  status(): {
    readonly state: 'DrainModeDisabled' | 'InProgress' | 'Completed';
    readonly outstandingInvocations: number;
  };
}

/** As Microsoft's host does it: receiving stops at once, and a timer's lock is given back when its run has ended. */
export function createDrain(triggers: TriggerListener, running: RunningInvocations): Drain {
  let draining = false;
  return {
    start() {
      draining = true;
      void triggers.stop();
    },
    status() {
      const outstandingInvocations = running.names().length;
      const state = !draining ? 'DrainModeDisabled' : outstandingInvocations > 0 ? 'InProgress' : 'Completed';
      return { state, outstandingInvocations };
    },
  };
}
