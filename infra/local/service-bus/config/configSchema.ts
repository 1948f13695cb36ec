import { z } from 'zod';
import { parseDuration } from './parseDuration';

/** The shortest duration that is worth a timer. */
const SHORTEST_MS = 100;

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= SHORTEST_MS) return ms;
  context.addIssue({
    code: 'custom',
    message: `'${text}' is not an ISO 8601 duration of at least ${SHORTEST_MS} ms, such as PT30S or P1D`,
  });
  return z.NEVER;
});

const refused = (why: string) =>
  z
    .unknown()
    .optional()
    .refine((value) => value === undefined || value === null || value === '' || value === false, {
      message: `is not supported: ${why}`,
    });

const name = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?$/, 'is letters, digits, and . _ / - between them');

/** Ours, not Microsoft's: the largest size of the entity, fractions allowed. */
const MaxSizeInMegabytes = z.number().positive().optional();

const receiving = {
  DeadLetteringOnMessageExpiration: z.boolean().default(false),
  DefaultMessageTimeToLive: duration.prefault('PT1H'),
  LockDuration: duration.prefault('PT1M'),
  MaxDeliveryCount: z.int().min(1).max(2000).default(3),
  RequiresSession: z.boolean().default(false),
  ForwardTo: refused('there is no forwarding here'),
  ForwardDeadLetteredMessagesTo: refused('there is no forwarding here'),
};

const sending = {
  DefaultMessageTimeToLive: duration.prefault('PT1H'),
  RequiresDuplicateDetection: z.boolean().default(false),
  DuplicateDetectionHistoryTimeWindow: duration.prefault('PT20S'),
  EnablePartitioning: refused('there are no partitions here'),
  MaxSizeInMegabytes,
};

const propertyValue = z.union([z.string(), z.number(), z.boolean()]);

const correlationFilter = z
  .strictObject({
    ContentType: z.string(),
    CorrelationId: z.string(),
    Label: z.string(),
    MessageId: z.string(),
    ReplyTo: z.string(),
    ReplyToSessionId: z.string(),
    SessionId: z.string(),
    To: z.string(),
    Properties: z.record(z.string(), propertyValue),
  })
  .partial();

const rule = z.strictObject({
  Name: name,
  Properties: z.discriminatedUnion('FilterType', [
    z.strictObject({
      FilterType: z.literal('Correlation'),
      CorrelationFilter: correlationFilter,
      Action: refused('rules have no actions here'),
    }),
    z.strictObject({
      FilterType: z.literal('Sql'),
      SqlFilter: z.strictObject({ SqlExpression: z.string() }),
      Action: refused('rules have no actions here'),
    }),
  ]),
});

const subscription = z.strictObject({
  Name: name,
  Properties: z.strictObject(receiving).prefault({}),
  Rules: z.array(rule).optional(),
});
const queue = z.strictObject({ Name: name, Properties: z.strictObject({ ...receiving, ...sending }).prefault({}) });
const topic = z.strictObject({
  Name: name,
  Properties: z.strictObject(sending).prefault({}),
  Subscriptions: z.array(subscription).default([]),
});

/** Config.json of Microsoft's Service Bus emulator, with its defaults (learn.microsoft.com, "Service Bus emulator", JSON configuration). */
export const configSchema = z.object({
  UserConfig: z.object({
    Namespaces: z
      .array(
        z.strictObject({ Name: z.string(), Queues: z.array(queue).default([]), Topics: z.array(topic).default([]) }),
      )
      .length(1, 'holds exactly one namespace'),
    Logging: z.unknown().optional(),
  }),
});

export type ParsedConfig = z.output<typeof configSchema>;
export type ReceivingProperties = z.output<typeof subscription>['Properties'];
export type SendingProperties = z.output<typeof topic>['Properties'];
export type RuleConfig = z.output<typeof rule>;
