import { causeOf } from '../../../shared/errors/causeOf';
import { RelayError, toRelayError } from '../../../shared/errors/relayError';

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('the cause of an error, for the log', () => {
  it('is its kind, its message and the place in the code', () => {
    expect(causeOf(toRelayError(new TypeError('x is not a function')))).toMatch(
      /^TypeError x is not a function at .*causeOf\.test\.ts:\d+:\d+\)?$/,
    );
  });

  it('repeats nothing of a text that could not be parsed', () => {
    const cause = causeOf(toRelayError(thrownBy(() => JSON.parse('hunter2'))));
    expect(cause).toMatch(/^SyntaxError at /);
    expect(cause).not.toContain('hunter2');
  });

  it('is absent where the error is one of ours, or none was thrown', () => {
    expect(causeOf(new RelayError('busUnavailable', 'Away.', { cause: new Error('hunter2') }))).toBeUndefined();
    expect(causeOf(toRelayError('hunter2'))).toBeUndefined();
  });
});
