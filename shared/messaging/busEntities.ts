/** The names of the relay's entities in the Service Bus namespace. They are public: a change is one for the changelog. */
export const busEntities = {
  events: 'invitation-events',
  unreadable: 'unreadable-events',
  commands: 'invitation-commands',
  retries: 'webhook-retries',
} as const;

/** The topic's subscription from which the relay delivers to webhooks. */
export const OWN_SUBSCRIPTION = 'webhooks';

/** What the relay does with an entity of the namespace, and so needs a right for. */
export interface BusAccess {
  readonly access: 'send' | 'receive';
  readonly entity: string;
  /** Of the topic `entity`. */
  readonly subscription?: string;
}

/** Everything that the relay sends to and receives from; beside it only the queues that senders of commands name for answers. */
export const busAccess: readonly BusAccess[] = [
  { access: 'send', entity: busEntities.events },
  { access: 'receive', entity: busEntities.events, subscription: OWN_SUBSCRIPTION },
  { access: 'send', entity: busEntities.unreadable },
  { access: 'send', entity: busEntities.commands },
  { access: 'receive', entity: busEntities.commands },
  { access: 'send', entity: busEntities.retries },
  { access: 'receive', entity: busEntities.retries },
];

/** `queue`, or `topic/subscription`. */
export function entityPath({ entity, subscription }: BusAccess): string {
  return subscription === undefined ? entity : `${entity}/${subscription}`;
}
