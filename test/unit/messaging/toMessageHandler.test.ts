import { RelayError } from '../../../shared/errors/relayError';
import { toMessageHandler } from '../../../shared/messaging/toMessageHandler';
import { createFakeClock } from '../../support/fakeClock';

describe('toMessageHandler', () => {
  it('hands the message and the app over', async () => {
    const handled: unknown[] = [];
    const handler = toMessageHandler(
      () => 'app',
      (message, app) => Promise.resolve(handled.push(message, app)),
    );
    await handler({ type: 'ucwa.channel.gap' }, {});
    expect(handled).toEqual([{ type: 'ucwa.channel.gap' }, 'app']);
  });

  it('gives a message back a second after it failed', async () => {
    const clock = createFakeClock();
    const away = () => Promise.reject(new RelayError('busUnavailable', 'away'));
    let isBack = false;
    const given = toMessageHandler(() => 'app', away, clock)({}, {});
    const refusal = expect(given.finally(() => (isBack = true))).rejects.toMatchObject({ code: 'busUnavailable' });
    await clock.advance(999);
    expect(isBack).toBe(false);
    await clock.advance(1);
    await refusal;
  });

  it('holds a message for a minute before it gives it back, when the settings are not valid', async () => {
    const clock = createFakeClock();
    const notValid = (): never => {
      throw new RelayError('settingsInvalid', 'UCWA_ACCOUNTS: is required.');
    };
    let isBack = false;
    const given = toMessageHandler(notValid, () => Promise.resolve(), clock)({}, {});
    const refusal = expect(given.finally(() => (isBack = true))).rejects.toMatchObject({ code: 'settingsInvalid' });
    await clock.advance(59_999);
    expect(isBack).toBe(false);
    await clock.advance(1);
    await refusal;
  });
});
