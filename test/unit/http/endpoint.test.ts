import { HttpRequest, InvocationContext } from '@azure/functions';
import { json, toAnonymousHandler, toHandler } from '../../../shared/http/endpoint';
import { createRateLimit } from '../../../shared/http/rateLimit';
import { silentLog } from '../../../shared/telemetry/log';
import { createFakeClock } from '../../support/fakeClock';

function createHandlers() {
  const ports = {
    authentication: {
      entra: undefined,
      signInByPlatform: false,
      tenantKeys: () => () => Promise.reject(new Error('No token is verified.')),
      clock: createFakeClock(),
    },
    limit: createRateLimit(() => 0, { burst: 2, perSecond: 1 }),
    log: silentLog,
  };
  const endpoint = () => Promise.resolve(json(200, {}));
  const calls = toHandler(() => ports, 'Invitations.Read', endpoint);
  const health = toHandler(() => ports, 'Operations.Manage', endpoint, 'health ');
  return async (which: 'calls' | 'health', key: string) => {
    const request = new HttpRequest({ url: 'http://relay/api', method: 'GET', headers: { 'x-functions-key': key } });
    const { status } = (await { calls, health }[which](request, new InvocationContext())) as { status: number };
    return status;
  };
}

describe('the rate limit of an endpoint', () => {
  it('follows the key that the platform has checked, whatever else is sent beside it', async () => {
    const ask = createHandlers();
    expect([await ask('calls', 'abc'), await ask('calls', 'abc,x'), await ask('calls', 'abc,y')]).toEqual([
      200, 200, 429,
    ]);
    expect(await ask('calls', 'another')).toBe(200);
  });

  it('is counted for itself where the endpoint has a bucket: a monitor is answered while its key is at its limit', async () => {
    const ask = createHandlers();
    for (let n = 0; n < 3; n += 1) await ask('calls', 'abc');
    expect([await ask('calls', 'abc'), await ask('health', 'abc')]).toEqual([429, 200]);
  });
});

it('logs an error that nobody expected with its cause, of which the caller learns nothing', async () => {
  const lines: string[] = [];
  const handler = toAnonymousHandler(
    () => ({}),
    () => Promise.reject(new TypeError('x is not a function')),
  );
  const request = new HttpRequest({ url: 'http://relay/api', method: 'GET' });
  const context = new InvocationContext({ logHandler: (_level, ...parts) => void lines.push(parts.join()) });
  const response = (await handler(request, context)) as { status: number; body: string };
  expect(lines).toEqual([
    expect.stringMatching(/^\{"event":"requestFailed","level":"error","cause":"TypeError x is not a function at /),
  ]);
  expect(response.status).toBe(500);
  expect(response.body).not.toContain('x is not');
});
