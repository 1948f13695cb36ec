import Ajv from 'ajv';

/** Durations have no fractions. */
const duration = { type: 'string', pattern: '^P(?!$)(\\d+Y)?(\\d+M)?(\\d+D)?(T(\\d+H)?(\\d+M)?(\\d+S)?)?$' };
const flag = { type: 'boolean' };
const name = { type: 'string', pattern: '^[A-Za-z0-9]$|^[A-Za-z0-9][\\w./-]*[A-Za-z0-9]$' };
const text = { type: 'string' };

const sending = {
  DefaultMessageTimeToLive: duration,
  DuplicateDetectionHistoryTimeWindow: duration,
  RequiresDuplicateDetection: flag,
};
const receiving = {
  DeadLetteringOnMessageExpiration: flag,
  DefaultMessageTimeToLive: duration,
  ForwardDeadLetteredMessagesTo: text,
  ForwardTo: text,
  LockDuration: duration,
  MaxDeliveryCount: { type: 'integer', minimum: 1, maximum: 10 },
  RequiresSession: flag,
};
const object = (properties: Record<string, unknown>, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const list = (items: unknown, minItems = 0, maxItems = 50) => ({ type: 'array', items, minItems, maxItems });

const subscription = object({ Name: name, Properties: object(receiving), Rules: list({}, 0, 1000) }, ['Name']);
const queue = object({ Name: name, Properties: object({ ...receiving, ...sending }) }, ['Name']);
const topic = object({ Name: name, Properties: object(sending), Subscriptions: list(subscription, 1) }, [
  'Name',
  'Subscriptions',
]);
const namespace = object({ Name: { const: 'sbemulatorns' }, Queues: list(queue), Topics: list(topic) }, [
  'Name',
  'Queues',
  'Topics',
]);
const logging = object({ Type: { enum: ['File', 'Console', 'File,Console', 'Console,File'] } }, ['Type']);
const config = object(
  { UserConfig: object({ Namespaces: list(namespace, 1, 1), Logging: logging }, ['Namespaces', 'Logging']) },
  ['UserConfig'],
);

const validate = new Ajv({ allErrors: true }).compile(config);

/**
 * What Microsoft's Service Bus emulator would find wrong with a Config.json by its schema; stricter than that in refusing what it
 * does not know. Source: Azure/azure-service-bus-emulator-installer, ServiceBus-Emulator/Schema/Config-schema.json.
 */
export function problemsOfEmulatorConfig(content: unknown): string[] {
  return validate(content)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${String(message)}`);
}
