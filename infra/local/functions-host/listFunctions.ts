import type { DescribedFunction } from './app/describeFunction';
import type { FunctionsHost } from './startFunctionsHost';

/** The lines that a person reads when the host is ready: each function with how it is triggered, then the key if it was made up. */
export function listFunctions({ functions, url, functionsKey }: FunctionsHost, showKey: boolean): string[] {
  const width = Math.max(...functions.map(({ name }) => name.length));
  return [
    `Functions on ${url}:`,
    ...functions.map((described) => `  ${described.name.padEnd(width)}  ${describeTrigger(described, url)}`),
    ...(showKey ? [`Key (x-functions-key or ?code=): ${functionsKey}`] : []),
  ];
}

function describeTrigger({ type, route, trigger }: DescribedFunction, url: string): string {
  switch (type) {
    case 'httpTrigger':
      return `${Array.isArray(trigger.methods) ? trigger.methods.join(',') : 'GET,POST'} ${url}/${route ?? ''}`;
    case 'timerTrigger':
      return `timer ${String(trigger.schedule)}`;
    case 'serviceBusTrigger':
      return typeof trigger.queueName !== 'string'
        ? `topic ${String(trigger.topicName)}, subscription ${String(trigger.subscriptionName)}`
        : `queue ${trigger.queueName}`;
    default:
      return type;
  }
}
