import { createCommandQueue, REFUSAL_PROPERTY } from '../../../shared/messaging/commandQueue';
import type { EncodedMessage } from '../../../shared/messaging/encodedMessage';

/** A connection on which messages fit, or do not. */
function createQueue(fits: boolean) {
  const sent: EncodedMessage[] = [];
  const sendFirst = (messages: readonly EncodedMessage[]): Promise<number> => {
    sent.push(...messages);
    return Promise.resolve(fits ? messages.length : 0);
  };
  const queue = createCommandQueue({
    sender: () => ({ sendFirst, schedule: () => Promise.resolve() }),
    peek: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  });
  return { queue, sent };
}

describe('refusing a command', () => {
  it('sends a copy that expires at once and says why', async () => {
    const { queue, sent } = createQueue(true);
    await queue.refuse({ command: 'dance' }, 'm1', 'The command is not valid.');
    expect(sent).toMatchObject([
      {
        messageId: 'm1.refused',
        timeToLive: 1,
        applicationProperties: { [REFUSAL_PROPERTY]: 'The command is not valid.' },
      },
    ]);
  });

  it.each([
    ['too long', 'x'.repeat(300_000)],
    ['nested too deep', nested(100_000)],
  ])('keeps the reason of one that is %s, without its body', async (_, body) => {
    const { queue, sent } = createQueue(true);
    await queue.refuse(body, 'm1', 'The command is not valid.');
    expect(sent).toMatchObject([{ applicationProperties: { [REFUSAL_PROPERTY]: 'The command is not valid.' } }]);
    expect(sent[0]?.body.toString()).toMatch(/too long or nested too deep/);
  });
});

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}
