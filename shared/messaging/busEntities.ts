/** The names of the relay's entities in the Service Bus namespace. They are public: a change is one for the changelog. */
export const busEntities = {
  events: 'invitation-events',
  unreadable: 'unreadable-events',
  commands: 'invitation-commands',
  retries: 'webhook-retries',
} as const;
