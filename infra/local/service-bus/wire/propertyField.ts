/** Positions in the list of a message's properties section (AMQP 1.0 part 3, 3.2.4). */
export const propertyField = {
  messageId: 0,
  to: 2,
  subject: 3,
  replyTo: 4,
  correlationId: 5,
  contentType: 6,
  sessionId: 10,
  replyToSessionId: 12,
} as const;
