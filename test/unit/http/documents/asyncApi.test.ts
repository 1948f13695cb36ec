import { Parser } from '@asyncapi/parser';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { createAsyncApi } from '../../../../shared/http/documents/asyncApi';
import { queuedCommandSchema } from '../../../../shared/http/documents/busMessages';
import { commandExamples } from '../../../../shared/http/documents/examples/busExamples';
import { parseQueuedCommand } from '../../../../shared/messaging/queuedCommand';
import { busEntities } from '../../../../shared/messaging/busEntities';

interface AsyncApi {
  readonly channels: Readonly<Record<string, { readonly address: string | null }>>;
  readonly components: {
    readonly messages: Readonly<
      Record<
        string,
        {
          readonly headers?: { $ref: string };
          readonly payload: { $ref: string };
          readonly examples: readonly { name: string; headers?: object; payload: unknown }[];
        }
      >
    >;
  };
}

const created: object = createAsyncApi();
const document = created as AsyncApi;

describe('the AsyncAPI document', () => {
  it('passes the rules of its community', async () => {
    const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(created));
    // 0 is an error, 1 a warning; the only information is that there is a version after 3.0.
    expect(diagnostics.filter(({ severity }: { readonly severity: number }) => severity <= 1)).toEqual([]);
    expect(
      parsed
        ?.operations()
        .all()
        .map((operation) => operation.id()),
    ).toEqual(['sendInvitationEvent', 'receiveInvitationCommand', 'sendUnreadableEvent']);
  });

  it('names the entities of the bus', () => {
    expect(Object.values(document.channels).map(({ address }) => address)).toEqual([
      busEntities.events,
      busEntities.commands,
      null,
      busEntities.unreadable,
    ]);
  });

  const messages = Object.entries(document.components.messages).flatMap(([name, { headers, payload, examples }]) =>
    examples.map((example) => ({ name, headers, payload, example })),
  );

  test.each(messages.map((message) => ({ ...message, title: `${message.name} ${message.example.name}` })))(
    'has a valid example: $title',
    ({ headers, payload, example }) => {
      const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
      ajv.addSchema(created, 'document:');
      const problemsOf = (pointer: string, value: unknown): unknown => {
        const validate = ajv.getSchema(`document:${pointer}`);
        return validate?.(value) === true ? [] : (validate?.errors ?? `nothing at ${pointer}`);
      };
      expect(problemsOf(payload.$ref, example.payload)).toEqual([]);
      if (headers !== undefined) expect(problemsOf(headers.$ref, example.headers)).toEqual([]);
    },
  );

  test('every message of the bus has an example', () => {
    expect(new Set(messages.map(({ name }) => name))).toEqual(new Set(Object.keys(document.components.messages)));
  });

  test.each(Object.entries(commandExamples()))('the command %s is one that the queue takes', (_name, command) => {
    expect(queuedCommandSchema.safeParse(command).success).toBe(true);
    expect(parseQueuedCommand(command).request).toMatchObject({ caller: expect.stringMatching(/^queue/) as string });
  });
});
