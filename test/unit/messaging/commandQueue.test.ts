import { createCommandQueue, REFUSAL_PROPERTY } from '../../../shared/messaging/commandQueue';
import type { EncodedMessage } from '../../../shared/messaging/toServiceBusMessage';

/** A connection on which messages fit, or do not. */
function createQueue(fits: boolean) {
  const sent: EncodedMessage[] = [];
  const sendFirst = (messages: readonly EncodedMessage[]): Promise<number> => {
    sent.push(...messages);
    return Promise.resolve(fits ? messages.length : 0);
  };
  const queue = createCommandQueue({
    sender: () => ({ sendFirst, schedule: () => Promise.resolve() }),
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

  it('fails where the copy fits in no message: the command itself must not be lost', async () => {
    const { queue } = createQueue(false);
    await expect(queue.refuse({ command: 'dance' }, 'm1', 'The command is not valid.')).rejects.toMatchObject({
      code: 'messageTooLarge',
      retryable: false,
    });
  });
});
