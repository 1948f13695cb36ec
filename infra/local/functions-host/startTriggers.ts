import type { ServiceBusClient } from '@azure/service-bus';
import type { Clock } from '../../../shared/clock';
import type { IndexedFunction } from './app/trigger';
import type { InvokeFunction } from './app/invokeFunction';
import { triggerOf } from './app/trigger';
import { errorLine, type HostLog } from './hostLog';
import { openServiceBus } from './service-bus/openServiceBus';
import { toServiceBusBinding } from './service-bus/serviceBusBinding';
import { startServiceBusTrigger } from './service-bus/startServiceBusTrigger';
import type { AppSettings } from './settings/appSettings';
import type { ServiceBusOptions } from './settings/hostJson';
import type { TimerOptions } from './timers/timerOptions';
import { startTimerTrigger, type TimerListener } from './timers/timerTrigger';
import type { TriggerListener } from './triggerListener';

/** The triggers of an app that no request starts. */
export interface StartedTriggers extends TriggerListener {
  /** Takes no new messages; resolves when none can come any more. Timers go on. */
  stopMessages(): Promise<void>;
  /** By function name in small letters. */
  readonly timers: ReadonlyMap<string, TimerListener>;
}

export interface StartTriggersOptions {
  readonly settings: AppSettings;
  readonly serviceBus: ServiceBusOptions;
  /** Whether every timer runs once as soon as it is started. */
  readonly runTimersAtOnce: boolean;
  readonly timers: TimerOptions;
  readonly invoke: InvokeFunction;
  readonly log: HostLog;
  readonly clock: Clock;
}

/**
 * Starts the timers and Service Bus receivers of the given functions. A function whose trigger cannot be started, for
 * a setting that is missing or a schedule that is wrong, is one line in the log; the others run, as in Azure.
 */
export function startTriggers(functions: readonly IndexedFunction[], options: StartTriggersOptions): StartedTriggers {
  const { settings, clock, invoke, log } = options;
  const timers = new Map<string, TimerListener>();
  const receivers: TriggerListener[] = [];
  const clients = new Map<string, ServiceBusClient>();

  const clientOf = (connection: string): ServiceBusClient => {
    const client = clients.get(connection) ?? openServiceBus(connection, settings);
    clients.set(connection, client);
    return client;
  };

  const start = (registered: IndexedFunction): void => {
    const { type } = triggerOf(registered.metadata);
    if (type === 'timerTrigger') {
      const { recoveryIntervalMs, lockOf } = options.timers;
      const lock = lockOf?.(registered.metadata.name);
      const runAtOnce = options.runTimersAtOnce;
      const timer = startTimerTrigger({ registered, settings, clock, invoke, runAtOnce, lock, recoveryIntervalMs });
      timers.set(registered.metadata.name.toLowerCase(), timer);
    } else if (type === 'serviceBusTrigger') {
      const binding = toServiceBusBinding(registered, settings);
      receivers.push(startServiceBusTrigger({ ...options, registered, binding, client: clientOf(binding.connection) }));
    } else if (type !== 'httpTrigger') {
      throw new Error(`This host knows no ${type}.`);
    }
  };

  for (const registered of functions) {
    try {
      start(registered);
    } catch (error) {
      log({
        level: 'error',
        functionName: registered.metadata.name,
        message: `The function does not run: ${errorLine(error)}`,
      });
    }
  }

  const all = (): readonly TriggerListener[] => [...timers.values(), ...receivers];
  return {
    timers,
    stopMessages: async () => {
      await Promise.allSettled(receivers.map((receiver) => receiver.stop()));
    },
    stop: async () => {
      await Promise.allSettled(all().map((listener) => listener.stop()));
    },
    close: async () => {
      await Promise.allSettled(all().map((listener) => listener.close()));
      await Promise.allSettled([...clients.values()].map((client) => client.close()));
    },
  };
}
