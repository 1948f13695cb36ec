import type { RelayError } from '../../../shared/errors/relayError';
import { ackOf, guessNext, pollAddress, pollTimeoutMs } from '../../../shared/ucwa/channel/pollAddress';
import { lastSegment, toPath } from '../../../shared/ucwa/toPath';

describe('toPath', () => {
  test.each([
    ['/ucwa/oauth/v1/applications/102', '/ucwa/oauth/v1/applications/102'],
    ['https://evil.example:444/ucwa/v1/x?ack=1', '/ucwa/v1/x?ack=1'],
    ['HTTP://h', '/'],
    ['https://h?a=1', '/?a=1'],
    ['//ucwa//oauth/v1', '/ucwa/oauth/v1'],
    ['https://h//ucwa/v1', '/ucwa/v1'],
    ['ucwa/v1/x', '/ucwa/v1/x'],
    ['/people/tel:+14255550100/x?u=http://a//b', '/people/tel:+14255550100/x?u=http://a//b'],
    ['/e?ack=1\\u0026sid=%2Fx~y', '/e?ack=1&sid=%2Fx~y'],
    ['/e?ack=1\\\\u0026low=5#top', '/e?ack=1&low=5'],
  ])('%s → %s', (href, path) => {
    expect(toPath(href)).toBe(path);
  });

  test.each(['data:application/sdp;base64,AAAA', 'javascript:alert(1)', 'file:///etc/passwd'])('refuses %s', (href) => {
    expect(() => toPath(href)).toThrow(expect.objectContaining({ code: 'responseUnreadable' }) as RelayError);
  });
});

test.each([
  ['/ucwa/oauth/v1/applications/102', '102'],
  ['/a/b/?x=/y', 'b'],
  ['/', ''],
])('last segment of %s is %j', (path, segment) => {
  expect(lastSegment(path)).toBe(segment);
});

test.each([
  ['/a/events?ack=1', '/a/events?ack=1&timeout=180'],
  ['/a/events?ack=1&priority=0&sid=a%2Fb~c%20d', '/a/events?ack=1&priority=0&sid=a%2Fb~c%20d&timeout=180'],
  ['/a/events?ack=1&timeout=600', '/a/events?ack=1&timeout=600'],
  ['http://sample:80/a//events?ack=2', '/a/events?ack=2&timeout=180'],
  ['/a/events', '/a/events?timeout=180'],
])('polls %s at %s', (href, address) => {
  expect(pollAddress(href)).toBe(address);
});

test.each([
  ['/a/events?ack=1&timeout=600', 620_000],
  ['/a/events?timeout=600&ack=1', 620_000],
  ['/a/events?ack=1', 200_000],
  ['/a/events?ack=1&timeout=', 200_000],
  ['/a/events?ack=1&timeout=soon', 200_000],
])('waits for the response to %s for %i ms', (path, timeoutMs) => {
  expect(pollTimeoutMs(path)).toBe(timeoutMs);
});

test.each([
  ['/e?ack=17&x=1', '17', '/e?ack=18&x=1'],
  ['/e?x=1&ack=9007199254740993', '9007199254740993', '/e?x=1&ack=9007199254740994'],
  ['/e?ack=abc', '0', undefined],
  ['/e?back=4', '0', undefined],
  ['/e', '0', undefined],
])('%s: ack %s, then perhaps %s', (path, ack, next) => {
  expect(ackOf(path)).toBe(ack);
  expect(guessNext(path)).toBe(next);
});
