import { createRateLimit } from '../../../shared/http/rateLimit';
import { createFakeClock } from '../../support/fakeClock';

describe('createRateLimit', () => {
  it('lets the burst through, then one more for each share of a second', async () => {
    const clock = createFakeClock();
    const limit = createRateLimit(() => clock.now(), { burst: 3, perSecond: 2 });
    for (let n = 0; n < 3; n++) limit('a');
    expect(() => limit('a')).toThrow(expect.objectContaining({ code: 'tooManyRequests', retryAfterMs: 500 }));
    await clock.advance(500);
    expect(() => limit('a')).not.toThrow();
    expect(() => limit('a')).toThrow();
  });

  it('does not make one caller wait for another', () => {
    const limit = createRateLimit(() => 0, { burst: 1, perSecond: 1 });
    limit('a');
    expect(() => limit('b')).not.toThrow();
  });
});
